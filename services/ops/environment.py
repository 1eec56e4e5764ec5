"""Settings, handed on to another process."""

import os
from pathlib import Path

from shared.runtime.settings import Settings

_PLATFORM_NAMES = {"kafka_bootstrap_servers": "KAFKA_BOOTSTRAP_SERVERS", "database_url": "DATABASE_URL"}
_NAMES = {**_PLATFORM_NAMES, "redis_url": "REDIS_URL"}
_EACH_ITS_OWN = {"instance"}


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """This process's environment, with what makes `Settings()` say the same in a child, wherever it runs."""
    said = settings.model_dump(mode="json", exclude_none=True, exclude=_EACH_ITS_OWN)
    said["home"] = str(settings.home.absolute())
    if settings.fields_file is not None:
        said["fields_file"] = str(Path(settings.fields_file).absolute())
    named = {_NAMES.get(name, f"CASEFOLD_{name.upper()}"): str(value) for name, value in said.items()}
    return {**os.environ, **named, **more}
