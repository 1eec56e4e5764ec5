"""The directory as the clocks have it: read whole at the start, then followed, in memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.sla.domain.books import Books
from shared.events.directory import DIRECTORY_EVENTS, RecordSaved
from shared.events.directory_promises import EscalationRule, Trigger
from shared.events.directory_records import Record
from shared.events.wire import decode_event, read_headers
from shared.runtime.background import Background
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.settings import Settings

TOPIC = "directory.events"
_PATIENCE_S = 60.0


class Directory:
    """`silences`: another word where rules want to know of other silences, or of other tickets'."""

    def __init__(self, preset: Mapping[str, Record]) -> None:
        self.books = Books(preset)
        self._preset = tuple(one for one in preset.values() if isinstance(one, EscalationRule))
        self._rules: dict[str, EscalationRule] = {}
        self.silences = self._wanted()
        self._moved = asyncio.Condition()

    def apply(self, record: ConsumerRecord) -> None:
        """Types that are not known here are a newer writer's, and are passed over. Raise `Undecodable`.

        What is passed over counts as read: tickets may go by its offset, too.
        """
        if read_headers(record.headers).get("ce_type") not in DIRECTORY_EVENTS.types:
            self.books.offset = max(self.books.offset, record.offset)
            return
        event = decode_event(DIRECTORY_EVENTS, record.headers, record.value)
        self.books.fold(record.offset, event)
        before = self._rules.pop(event.subject, None)
        rule = event.data.record if isinstance(event.data, RecordSaved) else None
        if isinstance(rule, EscalationRule):
            self._rules[event.subject] = rule
        if before is not None or isinstance(rule, EscalationRule):
            self.silences = self._wanted()

    def _wanted(self) -> str:
        """The same for the same minutes and conditions, in whichever order, and whatever else the rules say."""
        rules = tuple(self._rules.values()) or self._preset
        silent = (one for one in rules if one.active and one.when.trigger is Trigger.SILENT)
        wanted = sorted({repr((one.when.minutes, one.conditions)) for one in silent})
        return sha256("\n".join(wanted).encode()).hexdigest()

    async def reached(self, offset: int) -> None:
        """Wait until the event at that offset is applied; another process may have read it before this one.

        Raise `NotReadYet` where it does not come.
        """
        try:
            async with asyncio.timeout(_PATIENCE_S), self._moved:
                await self._moved.wait_for(lambda: self.books.offset >= offset)
        except TimeoutError:
            self.books.at(offset)

    async def moved(self) -> None:
        """More was applied."""
        async with self._moved:
            self._moved.notify_all()


@asynccontextmanager
async def open_directory(
    settings: Settings, preset: Mapping[str, Record], background: Background
) -> AsyncIterator[Directory]:
    """Yields when every event that was there at the start is applied; one that cannot be read ends the service.

    To pass it over would be to promise what nobody meant.
    """
    partition = TopicPartition(settings.topic(TOPIC), 0)
    async with open_reader(settings, "directory", [partition]) as consumer:
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        directory = Directory(preset)
        while await _read(consumer, partition, directory) < end:
            pass
        async with background.running("directory", _follow(consumer, partition, directory)):
            yield directory


async def _follow(consumer: AIOKafkaConsumer, partition: TopicPartition, directory: Directory) -> None:
    while True:
        await _read(consumer, partition, directory)


async def _read(consumer: AIOKafkaConsumer, partition: TopicPartition, directory: Directory) -> int:
    """What has arrived, applied; the position after it."""
    batch: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(partition, timeout_ms=WAIT_MS)
    for record in batch.get(partition, []):
        directory.apply(record)
    if batch:
        await directory.moved()
    position: int = await consumer.position(partition)
    return position
