"""Starts the projector: `python -m services.projections projector`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterable
from typing import Any

import uvloop

from services.projections.consumer import OUTCOMES_GROUP, TICKETS_GROUP, LogIncomplete, Projector
from services.projections.migrate import migrate
from services.projections.read_models.tickets import VersionGap
from services.projections.registry import OUTCOME_STREAM, TICKET_STREAM
from shared.events.personal import IdentityCodec
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings
from shared.runtime.telemetry import configure_logs, tracing


async def projector(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    codec = IdentityCodec()
    projectors = (
        Projector(settings, TICKET_STREAM, TICKETS_GROUP, codec),
        Projector(settings, OUTCOME_STREAM, OUTCOMES_GROUP, codec),
    )
    async with asyncio.TaskGroup() as group:
        for one in projectors:
            group.create_task(one.run(stop))
        joining = group.create_task(_announce_joined(projectors))
        await stop.wait()
        joining.cancel()


async def _announce_joined(projectors: Iterable[Projector[Any]]) -> None:
    for one in projectors:
        await one.joined.wait()
    announce_ready()


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
