"""A consumer group's worker on Faust: one record of a topic at a time, at least once, stopped in order."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from aiokafka.errors import IllegalStateError, KafkaError
from faust import Stream
from faust.types import TP, EventT

from shared.events.wire import RawHeaders
from shared.runtime.dead_letters import DeadLetter
from shared.runtime.faust import application
from shared.runtime.groups import check
from shared.runtime.handling import Handling, Result
from shared.runtime.parking import Parking
from shared.runtime.record import Record, Restoring, Source
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics, dead_letters

_PAUSE_S = 0.5

log = structlog.get_logger(__name__)


class Worker:
    """`transient`: exceptions of a service's own servers (its database's), which pass."""

    def __init__(
        self,
        settings: Settings,
        group: str,
        sources: Sequence[Source] = (),
        transient: Sequence[type[Exception]] = (),
    ) -> None:
        self._settings = settings
        self._beside: list[Callable[[], Coroutine[Any, Any, object]]] = []
        self._group = group
        self._transient: tuple[type[Exception], ...] = (OSError, *transient)
        self._held: set[TP] = set()
        self._look = asyncio.Event()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._app = application(settings, group)
        self._app.on_rebalance_complete.connect(self._dealt)
        self._parking = Parking(settings, group, self._write, self._look.set)
        self._handlings: dict[str, Handling] = {}
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> None:
        """Before `run`."""
        full = self._settings.topic(source.topic)
        handling = Handling(source, self._parking, self._transient, self._suspended)
        self._handlings[full] = handling
        topic = self._app.topic(
            full, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        self._app.agent(topic, name=full, concurrency=1)(partial(self._follow, handling))

    def beside(self, begin: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """What runs for as long as the worker does, and ends it by ending; before `run`."""
        self._beside.append(begin)

    async def send(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: RawHeaders = (),
        partition: int | None = None,
    ) -> int:
        """The offset, once all replicas have it; by murmur2 of the key. `topic` is the contract's name."""
        full = self._settings.topic(topic)
        return await self._app.writer.deliver(full, key=key, value=value, headers=headers, partition=partition)

    async def post(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: RawHeaders = (),
        partition: int | None = None,
    ) -> None:
        """As `send`, without the wait: the record that it follows from is committed only when it is there."""
        full = self._settings.topic(topic)
        await self._app.writer.post(full, key=key, value=value, headers=headers, partition=partition)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Until `stop`. `ready` is called when partitions were dealt out and restored, be they none.

        Raise `OffsetsMissing`, and whatever breaks the worker.
        """
        await asyncio.to_thread(create_topics, self._settings, [dead_letters(self._group)])
        works = (stop.wait(), self._serve(ready), self._crash(), self._parking.follow(), self._redrive())
        tasks = [asyncio.create_task(work) for work in (*works, *(begin() for begin in self._beside))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._app.stop()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if self._failed.done():
            self._failed.result()
        for task in tasks:
            if not task.cancelled():
                task.result()

    async def _serve(self, ready: Callable[[], None]) -> None:
        await self._app.start()
        if not self._app.should_stop:
            ready()
        await asyncio.shield(self._failed)

    async def _crash(self) -> None:
        """Faust has broken: it says so to nobody else."""
        await self._app._crashed.wait()  # noqa: SLF001 - its services have no public name for it
        if self._app.crash_reason is not None:
            raise self._app.crash_reason

    async def _redrive(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            for full, handling in self._handlings.items():
                await handling.redrive(partial(self._holds, full))

    def holds(self, topic: str, partition: int) -> bool:
        """Whether the partition is this worker's, restored; `topic` is the contract's name."""
        return self._holds(self._settings.topic(topic), partition)

    def _holds(self, topic: str, partition: int) -> bool:
        return TP(topic, partition) in self._held

    async def _follow(self, handling: Handling, stream: Stream[bytes]) -> None:
        async for event in stream.noack().events():
            await self._take(handling, event)

    async def _take(self, handling: Handling, event: EventT[bytes]) -> None:
        message = event.message
        record = Record(
            topic=handling.source.topic,
            partition=message.partition,
            offset=message.offset,
            key=message.key,
            value=message.value,
            headers=_pairs(message.headers),
            timestamp=datetime.fromtimestamp(message.timestamp, UTC),
        )
        result = Result.GIVEN_UP
        try:
            result = await handling.take(record)
        except Exception as failure:  # noqa: BLE001 # handed on whole: it ends the worker
            self._fail(failure)
        if result is Result.DONE:
            event.ack()
        else:
            self._app.kafka.give_up(message)

    async def _dealt(self, *_: object, **__: object) -> None:
        """Faust waits for this before it delivers anything; records of what is held begin where it is restored."""
        while True:
            try:
                await self._restore()
            except IllegalStateError:
                raise  # dealt out anew meanwhile, which Faust sees to
            except self._transient:
                log.warning("restore.failed", exc_info=True, again_in_s=_PAUSE_S)
            except KafkaError as failure:
                if not failure.retriable:
                    raise self._fail(failure) from failure
            except Exception as failure:  # handed on whole: it ends the worker
                raise self._fail(failure) from failure
            else:
                return
            await asyncio.sleep(_PAUSE_S)

    async def _restore(self) -> None:
        consumer = self._app.kafka
        held = consumer.assignment()
        self._held = set()
        if held:
            offsets = await consumer.committed(held)
            first, after = await consumer.earliest_offsets(*held), await consumer.highwaters(*held)
            check(self._group, offsets, first, after)
            await self._parking.caught_up()
            for tp, offset in offsets.items():
                source = self._handlings[tp.topic].source
                if source.restore is not None and offset is not None:
                    parked = self._parking.parked.offsets(source.topic, tp.partition)
                    await source.restore(Restoring(tp.partition, offset, parked))
        self._held = held
        self._look.set()
        log.info("partitions.assigned", partitions=sorted(f"{tp.topic}/{tp.partition}" for tp in held))

    async def _suspended(self, wait_s: float) -> bool:
        suspended = self._app.kafka.suspend_flow
        if not suspended.is_set() and wait_s:
            try:
                async with asyncio.timeout(wait_s):
                    await suspended.wait()
            except TimeoutError:
                return False
        return suspended.is_set()

    async def _write(self, letter: DeadLetter) -> int:
        return await self.send(
            letter.topic, key=letter.key, value=letter.value, headers=list(letter.headers), partition=0
        )

    def _fail(self, failure: Exception) -> Exception:
        if not self._failed.done():
            self._failed.set_exception(failure)
        return failure


def _pairs(headers: Mapping[str, bytes] | Iterable[tuple[str, bytes]] | None) -> RawHeaders:
    return list((headers.items() if isinstance(headers, Mapping) else headers) or ())
