"""The one HTTP origin: intake's commands and the projections' queries, served together."""

import sys

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.runtime.http.application import application
from shared.runtime.http.serve import serve
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings
from shared.runtime.telemetry_process import observed


def main() -> int:
    settings = Settings()
    with observed(settings, "origin"):
        return serve(application(settings, [INTAKE, QUERIES]), settings, announce_ready)


if __name__ == "__main__":
    sys.exit(main())
