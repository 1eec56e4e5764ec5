"""Starts one role of the projections service: `python -m services.projections projector|api`."""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from services.projections.groups import (
    AGENTS_GROUP,
    DIRECTORY_GROUP,
    OUTCOMES_GROUP,
    PRESENCE_GROUP,
    TICKETS_GROUP,
)
from services.projections.migrate import migrate
from services.projections.read_models.tickets import VersionGap
from services.projections.registry import (
    AGENT_STREAM,
    DIRECTORY_STREAM,
    OUTCOME_STREAM,
    PRESENCE_STREAM,
    TICKET_STREAM,
)
from shared.events.personal import IdentityCodec
from shared.runtime.collector import collect_seldom
from shared.runtime.loop import new_event_loop
from shared.runtime.projecting.consumer import LogIncomplete, Projector
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings
from shared.runtime.telemetry_process import observed
from shared.runtime.topics import TopicMismatch, check_topics


def _projector(settings: Settings) -> int:
    """Exit status: 0 when told to stop, 1 where the log cannot be trusted, with one sentence that says why."""
    migrate(settings)
    collect_seldom()
    faults: list[BaseException] = []
    try:
        check_topics(settings)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_project(settings))
    except* (VersionGap, LogIncomplete, TopicMismatch) as broken:
        faults.extend(broken.exceptions)
    for fault in faults:
        sys.stderr.write(f"the projector stops: {fault}\n")
    return 1 if faults else 0


async def _project(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    codec = IdentityCodec()
    projectors: tuple[Projector[Any], ...] = (
        Projector(settings, TICKET_STREAM, TICKETS_GROUP, codec),
        Projector(settings, OUTCOME_STREAM, OUTCOMES_GROUP, codec),
        Projector(settings, AGENT_STREAM, AGENTS_GROUP, codec),
        Projector(settings, PRESENCE_STREAM, PRESENCE_GROUP, codec),
        Projector(settings, DIRECTORY_STREAM, DIRECTORY_GROUP, codec),
    )
    async with asyncio.TaskGroup() as group:
        for projector in projectors:
            group.create_task(projector.run(stop))
        announcing = group.create_task(_announce(projectors))
        await stop.wait()
        announcing.cancel()


async def _announce(projectors: tuple[Projector[Any], ...]) -> None:
    for projector in projectors:
        await projector.joined.wait()
    announce_ready()


def _api(settings: Settings) -> int:
    from services.projections.api import PART
    from shared.runtime.http.application import application
    from shared.runtime.http.serve import serve

    return serve(application(settings, [PART]), settings, announce_ready)


ROLES: Mapping[str, Callable[[Settings], int]] = {"projector": _projector, "api": _api}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m services.projections {'|'.join(ROLES)}\n")
        return 2
    (role,) = arguments
    settings = Settings()
    with observed(settings, f"projections-{role}"):
        return ROLES[role](settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
