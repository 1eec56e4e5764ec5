"""The directory as an HTTP process has it, keys and records: read whole at the start, then followed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.events.directory import DIRECTORY_EVENTS, DirectoryEventData
from shared.events.envelope import Event
from shared.events.wire import decode_event, read_headers
from shared.runtime.background import Background
from shared.runtime.directory.api_keys import ApiKeys
from shared.runtime.directory.records import Records
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.settings import Settings

TOPIC = "directory.events"


class Directory:
    """One a process, at `app.state.directory`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.api_keys = ApiKeys()
        self.records = Records()
        self._position = 0
        self._moved = asyncio.Condition()

    def apply(self, record: ConsumerRecord) -> None:
        """Types that are not known here are a newer writer's, and are passed over."""
        if read_headers(record.headers).get("ce_type") in DIRECTORY_EVENTS.types:
            event = decode_event(DIRECTORY_EVENTS, record.headers, record.value)
            self.api_keys.apply(event)
            self.records.apply(event, record.offset)

    async def reached(self, offset: int, wait: timedelta | None = None) -> None:
        """Wait until the event at that offset is applied, as long as a query may. Raise `TimeoutError`."""
        patience = self._settings.read_wait if wait is None else wait
        async with asyncio.timeout(patience.total_seconds()), self._moved:
            await self._moved.wait_for(lambda: self._position > offset)

    async def events(self, offsets: Iterable[int]) -> list[Event[DirectoryEventData]]:
        """The events at those offsets of the topic, which are there, in the order that is asked for."""
        partition = TopicPartition(self._settings.topic(TOPIC), 0)
        found: list[Event[DirectoryEventData]] = []
        async with open_reader(self._settings, "history", [partition]) as consumer:
            for offset in offsets:
                consumer.seek(partition, offset)
                record: ConsumerRecord = await consumer.getone(partition)
                found.append(decode_event(DIRECTORY_EVENTS, record.headers, record.value))
        return found

    async def moved_to(self, position: int) -> None:
        """`position` is the offset after the last one that was read."""
        async with self._moved:
            self._position = position
            self._moved.notify_all()


@asynccontextmanager
async def open_directory(settings: Settings, background: Background) -> AsyncIterator[Directory]:
    """Yields when every event that was there at the start is applied."""
    partition = TopicPartition(settings.topic(TOPIC), 0)
    async with open_reader(settings, "directory", [partition]) as consumer:
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        directory = Directory(settings)
        while await _read(consumer, partition, directory) < end:
            pass
        async with background.running("directory", _follow(consumer, partition, directory)):
            yield directory


async def _follow(consumer: AIOKafkaConsumer, partition: TopicPartition, directory: Directory) -> None:
    while True:
        await _read(consumer, partition, directory)


async def _read(consumer: AIOKafkaConsumer, partition: TopicPartition, directory: Directory) -> int:
    """What has arrived, applied; the position after it. An event that cannot be read ends the service.

    To pass it over could leave a revoked key in force.
    """
    batch: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(partition, timeout_ms=WAIT_MS)
    for record in batch.get(partition, []):
        directory.apply(record)
    position: int = await consumer.position(partition)
    await directory.moved_to(position)
    return position
