"""Starts the router: `python -m services.router`."""

import sys

from services.router.restoring import StateLost
from services.router.run import opened
from shared.runtime.settings import Settings
from shared.runtime.telemetry_process import observed
from shared.runtime.working import run_worker


def main() -> int:
    settings = Settings()
    with observed(settings, "router"):
        return run_worker(settings, "router", opened, (StateLost,))


if __name__ == "__main__":
    sys.exit(main())
