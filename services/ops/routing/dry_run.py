"""Recorded requests decided again, from the log itself, with nothing sent."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime

from aiokafka.errors import KafkaError

from services.ops.letters import letters
from services.ops.trouble import Trouble
from services.router.domain.changed import Change
from services.router.domain.replay import Recorded, Replay, replay
from services.router.group import GROUP, REQUESTS
from services.router.reading import Log, open_log
from services.router.restoring import StateLost, restored
from shared.events.catalogue import Undecodable
from shared.runtime.settings import Settings

_BATCH = 1_000


async def dry_run(settings: Settings, since: datetime, changes: Mapping[str, Change]) -> Replay:
    """What was requested since then, until now. Raise `Trouble`."""
    try:
        parked = await asyncio.to_thread(_parked, settings)
        async with open_log(settings) as log:
            return await _replayed(log, since, changes, parked)
    except StateLost as lost:
        raise Trouble(
            f"what waited at {since.isoformat()} is not kept any more: the requests before it are gone, and there "
            "is no checkpoint among those that are left; ask for a later time"
        ) from lost
    except Undecodable as fault:
        raise Trouble(f"a recorded request cannot be read: {fault}") from fault
    except KafkaError as failure:
        raise Trouble(f"Kafka does not answer: {failure}") from failure


async def _replayed(log: Log, since: datetime, changes: Mapping[str, Change], parked: frozenset[int]) -> Replay:
    start, end = await log.since(since), await log.end()
    routing = await restored(log, start, parked)
    requests = _each(asyncio.get_running_loop(), log.between(start, end, parked))
    return await asyncio.to_thread(replay, routing, requests, changes)


def _each(loop: asyncio.AbstractEventLoop, recorded: AsyncIterator[Recorded]) -> Iterator[Recorded]:
    """For another thread than the loop's: a week of requests need not be in memory at once."""
    while batch := asyncio.run_coroutine_threadsafe(_next(recorded), loop).result():
        yield from batch


async def _next(recorded: AsyncIterator[Recorded]) -> list[Recorded]:
    batch: list[Recorded] = []
    async for one in recorded:
        batch.append(one)
        if len(batch) == _BATCH:
            break
    return batch


def _parked(settings: Settings) -> frozenset[int]:
    """Requests that the router could not handle either."""
    return frozenset(
        int(letter.says("dl_offset"))
        for letter in letters(settings, GROUP)
        if letter.action is None and letter.says("dl_topic") == REQUESTS
    )
