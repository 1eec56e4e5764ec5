"""The process of the clocks: the fold of tickets, what time brings about, and the directory that they go by."""

import asyncio
import signal
from collections.abc import Callable

from services.sla.directory import open_directory
from services.sla.firing import Firing
from services.sla.fold import Fold
from services.sla.group import GROUP, own_database
from services.sla.sending import open_sending
from services.sla.terms import Terms
from shared.events.personal import IdentityCodec
from shared.events.presets import PRESETS
from shared.runtime.background import Background
from shared.runtime.broker_clock import BrokerClock
from shared.runtime.collector import collect_seldom
from shared.runtime.projecting.consumer import Projector
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings


async def run(settings: Settings) -> None:
    """Until SIGTERM. Raise what ends the service, as `VersionGap` or `LogIncomplete`."""
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    await serve(settings, BrokerClock(), stop, announce_ready)


async def serve(settings: Settings, clock: BrokerClock, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Until `stop`; `ready` is called when the group has given this member its share."""
    background = Background()
    own = settings.model_copy(update={"database_url": own_database(settings)})
    async with (
        open_directory(settings, PRESETS[settings.preset], background) as directory,
        open_sending(settings, clock) as sending,
    ):
        terms, calm = Terms(directory, settings), asyncio.Event()
        projector = Projector(own, Fold(terms, calm).stream, GROUP, IdentityCodec())
        firing = Firing(
            own.database_url,
            terms,
            clock,
            sending,
            held=lambda: projector.caught_up,
            moved=projector.applied,
            calm=calm,
        )
        async with (
            background.running("fold", projector.run(stop)),
            background.running("firing", firing.run()),
        ):
            collect_seldom()
            await _first(projector.joined, stop, background)
            ready()
            await _first(stop, stop, background)


async def _first(wanted: asyncio.Event, stop: asyncio.Event, background: Background) -> None:
    """Until it is set, or until anything fails, which is raised; that the fold ends when told to is no failure."""
    waiting = [asyncio.create_task(one) for one in (wanted.wait(), stop.wait(), background.wait_for_failure())]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
    if background.failure is not None and not stop.is_set():
        raise background.failure
