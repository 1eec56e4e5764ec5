"""Starts the escalation rules: `python -m services.escalation`."""

import sys

from services.escalation.run import opened
from shared.runtime.settings import Settings
from shared.runtime.telemetry_process import observed
from shared.runtime.working import run_worker


def main() -> int:
    settings = Settings()
    with observed(settings, "escalation"):
        return run_worker(settings, "escalation", opened)


if __name__ == "__main__":
    sys.exit(main())
