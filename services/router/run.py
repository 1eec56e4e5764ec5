"""The router's process: translators of every stream, and the decider where the one partition is held."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.router.deciding import Decider
from services.router.group import GROUP, PRESENCE, REQUESTS
from services.router.presence import watch
from services.router.reading import open_log
from services.router.requests import Commands, Requests
from services.router.translators import Translators
from shared.events.personal import IdentityCodec
from shared.runtime.background import Background
from shared.runtime.directory.following import open_directory
from shared.runtime.heartbeats import open_heartbeats
from shared.runtime.record import Source
from shared.runtime.settings import Settings
from shared.runtime.worker import Worker


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Worker]:
    background = Background()
    worker = Worker(settings, GROUP)
    requests, commands = Requests(worker.post), Commands(worker.post)
    async with (
        open_log(settings) as log,
        open_heartbeats(settings) as heartbeats,
        open_directory(settings, background) as directory,
    ):
        decider = Decider(log, requests, commands, lambda: worker.holds(REQUESTS, 0))
        told = Translators(requests, commands, directory.records, IdentityCodec())
        for source in (
            Source("ticket.events", told.ticket),
            Source("agent.events", told.agent),
            Source("directory.events", told.of_directory),
            Source(PRESENCE, told.presence),
            Source(REQUESTS, decider.handle, decider.restore),
        ):
            worker.add(source)
        worker.beside(decider.tick)
        worker.beside(partial(watch, heartbeats, lambda: decider.routing, worker.post))
        worker.beside(background.wait_for_failure)
        yield worker
