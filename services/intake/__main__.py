"""Starts one role of the intake service: `python -m services.intake api|processor`."""

import sys
from collections.abc import Callable, Mapping

from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings
from shared.runtime.telemetry_process import observed


def _api(settings: Settings) -> int:
    from services.intake.api.app import PART
    from shared.runtime.http.application import application
    from shared.runtime.http.serve import serve

    return serve(application(settings, [PART]), settings, announce_ready)


def _processor(settings: Settings) -> int:
    from services.intake.processor.run import run_processor

    return run_processor(settings)


ROLES: Mapping[str, Callable[[Settings], int]] = {"api": _api, "processor": _processor}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m services.intake {'|'.join(ROLES)}\n")
        return 2
    (role,) = arguments
    settings = Settings()
    with observed(settings, f"intake-{role}"):
        return ROLES[role](settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
