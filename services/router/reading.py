"""Reading a stretch of `routing.requests` again, apart from the group's own reading."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.router.domain.replay import Recorded
from services.router.group import REQUESTS
from shared.events.routing import ROUTING_REQUESTS
from shared.events.wire import decode_event
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.settings import Settings

_FETCH_BYTES = 4 * 1024 * 1024


class Log:
    """The one partition of the topic."""

    def __init__(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
        self._consumer = consumer
        self._partition = partition

    async def first(self) -> int:
        offsets: dict[TopicPartition, int] = await self._consumer.beginning_offsets([self._partition])
        return offsets[self._partition]

    async def end(self) -> int:
        """The offset after the last."""
        offsets: dict[TopicPartition, int] = await self._consumer.end_offsets([self._partition])
        return offsets[self._partition]

    async def since(self, moment: datetime) -> int:
        """The offset of the first request appended then or later; the end where there is none."""
        found = await self._consumer.offsets_for_times({self._partition: int(moment.timestamp() * 1000)})
        return await self.end() if found[self._partition] is None else int(found[self._partition].offset)

    async def between(self, start: int, end: int, parked: frozenset[int] = frozenset()) -> AsyncIterator[Recorded]:
        """From `start` until before `end`, but those of `parked`. Raise `Undecodable`."""
        self._consumer.seek(self._partition, start)
        while await self._consumer.position(self._partition) < end:
            batch = await self._consumer.getmany(self._partition, timeout_ms=WAIT_MS)
            for record in batch.get(self._partition, []):
                if record.offset >= end:
                    return
                if record.offset not in parked:
                    yield recorded(record)


def recorded(record: ConsumerRecord) -> Recorded:
    request = decode_event(ROUTING_REQUESTS, record.headers, record.value)
    return Recorded(request, datetime.fromtimestamp(record.timestamp / 1000, UTC), record.offset)


@asynccontextmanager
async def open_log(settings: Settings) -> AsyncIterator[Log]:
    partition = TopicPartition(settings.topic(REQUESTS), 0)
    async with open_reader(settings, "routing", [partition], _FETCH_BYTES) as consumer:
        yield Log(consumer, partition)
