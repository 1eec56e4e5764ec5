"""A stack whose services are tiny programs: `python -m tests.small_stack FOLDER NAME=CODE ...`.

Each service runs its Python code; `READY` in it makes the ready file.
"""

import sys
from pathlib import Path

from services.ops.services import Service
from services.ops.trouble import Trouble
from services.ops.up import run
from shared.runtime.settings import Settings

_READY = "__import__('shared.runtime.ready').runtime.ready.announce_ready()"


def main(arguments: list[str]) -> int:
    fresh = "--fresh" in arguments
    folder, *pairs = [argument for argument in arguments if argument != "--fresh"]
    services = []
    for name, _, code in (pair.partition("=") for pair in pairs):
        services.append(Service(name, (sys.executable, "-c", code.replace("READY", _READY))))
    settings = Settings.model_validate({"home": Path(folder)})
    try:
        return run(settings, services, fresh=fresh, flags={})
    except Trouble as trouble:
        sys.stdout.write(f"error: {trouble}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
