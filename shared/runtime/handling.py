"""What becomes of a source's records: handled, tried again, or parked with all that follows of their subject."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from functools import partial

import structlog

from shared.runtime.attempts import judged
from shared.runtime.parked import Waiting
from shared.runtime.parking import Parking
from shared.runtime.poison import Poison
from shared.runtime.record import Record, Source
from shared.runtime.telemetry_records import continued

log = structlog.get_logger(__name__)


class Unburied(Exception):
    """A record can be neither handled nor written to the dead letters."""


class Result(Enum):
    DONE = "done"
    GIVEN_UP = "given up"
    """The partitions are being dealt out anew, or the worker stops: the record is not acknowledged."""


class Handling:
    """One record at a time. `suspended(s)` waits that long, and answers whether to give up instead."""

    def __init__(
        self,
        source: Source,
        parking: Parking,
        transient: Sequence[type[Exception]],
        suspended: Callable[[float], Awaitable[bool]],
    ) -> None:
        self.source = source
        self._parking = parking
        self._transient = transient
        self._suspended = suspended
        self._turn = asyncio.Lock()

    async def take(self, record: Record) -> Result:
        """DONE: it was handled or parked. Raise what ends the process."""
        async with self._turn:
            if await self._suspended(0):
                return Result.GIVEN_UP
            result = await self._tried(partial(self._handle_unless_behind, record), record)
            if isinstance(result, Poison):
                log.error("record.parked", reason=result.reason, **_named(record))
                result = await self._bury(record, result)
            return result

    async def redrive(self, held: Callable[[int], bool]) -> None:
        """What somebody asks for of the partitions that are held, with all that waits of the same subject."""
        async with self._turn:
            for asked in self._parking.parked.asked(self.source.topic):
                if held(asked.place.partition):
                    result = await self._redriven(self._parking.parked.behind(asked.subject))
                    if result is Result.GIVEN_UP:
                        return
                    if isinstance(result, Poison):
                        await self._parking.refuse(asked, result)

    async def _redriven(self, behind: Sequence[Waiting]) -> Result | Poison:
        for waiting in behind:
            record = await self._parking.read(waiting)
            if record is not None:
                result = await self._tried(partial(self._handle, record), record)
                if result is not Result.DONE:
                    return result
                log.info("record.redriven", **_named(record))
            await self._parking.settle(waiting)
        return Result.DONE

    async def _handle_unless_behind(self, record: Record) -> None:
        if not await self._parking.waits(record):
            await self._handle(record)

    async def _handle(self, record: Record) -> None:
        with continued(record) as traced:
            await self.source.handle(traced)

    async def _bury(self, record: Record, poison: Poison) -> Result:
        result = await self._tried(partial(self._parking.bury, record, poison), record)
        if isinstance(result, Poison):
            raise Unburied(f"{poison.reason}; and its dead letter cannot be written: {result.reason}")
        return result

    async def _tried(self, work: Callable[[], Awaitable[None]], record: Record) -> Result | Poison:
        """The heartbeats go on meanwhile: a retry holds the partition, and does not lose it."""
        tries = 0
        while True:
            try:
                await work()
            except Exception as failure:  # noqa: BLE001 # `judged` raises what is not the record's or a server's
                tries += 1
                verdict = judged(failure, tries, self._transient)
                if isinstance(verdict, Poison):
                    return verdict
                log.warning(
                    "record.failed",
                    failure=type(failure).__name__,
                    tries=tries,
                    again_in_s=verdict.after_s,
                    **_named(record),
                )
            else:
                return Result.DONE
            if await self._suspended(verdict.after_s):
                return Result.GIVEN_UP


def _named(record: Record) -> dict[str, str | int]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
