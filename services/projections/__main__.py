"""Starts the projector: `python -m services.projections projector`."""

import argparse
import asyncio
import signal
import sys

import uvloop

from services.projections.consumer import OUTCOMES_GROUP, TICKETS_GROUP, LogIncomplete, Projector
from services.projections.migrate import migrate
from services.projections.read_models.tickets import VersionGap
from services.projections.registry import OUTCOME_STREAM, TICKET_STREAM
from shared.events.personal import IdentityCodec
from shared.runtime.settings import Settings
from shared.runtime.telemetry import configure_logs, tracing


async def projector(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    codec = IdentityCodec()
    async with asyncio.TaskGroup() as group:
        group.create_task(Projector(settings, TICKET_STREAM, TICKETS_GROUP, codec).run(stop))
        group.create_task(Projector(settings, OUTCOME_STREAM, OUTCOMES_GROUP, codec).run(stop))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m services.projections")
    parser.add_argument("role", choices=["projector"])
    parser.parse_args()
    settings = Settings()
    configure_logs(settings, "projections")
    migrate(settings)
    faults: list[BaseException] = []
    with tracing(settings, "projections"):
        try:
            uvloop.run(projector(settings))
        except* (VersionGap, LogIncomplete) as broken:
            faults.extend(broken.exceptions)
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
