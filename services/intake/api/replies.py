"""What the processor answers to this instance: copies of outcomes, matched to the requests that wait for them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.events.outcomes import (
    COPY_HEADER,
    CORRELATION_HEADER,
    POSITION_HEADER,
    Outcome,
    decode_outcome,
)
from shared.runtime.background import Background
from shared.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Reply:
    """`position`: the offset, on the command's partition of the event topic, that a read must have reached."""

    outcome: Outcome
    position: int | None


Waiting = asyncio.Future[Reply | None]
"""None: the outcome is not known, and may come to be known later."""


class Replies:
    """`partition` of the outcomes topic is the address that this instance's commands carry."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self._waiting: dict[bytes, Waiting] = {}

    def expect(self, correlation_id: UUID) -> Waiting:
        """A reply to the command of that correlation; call before the command is sent, and `forget` at last."""
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self._waiting[str(correlation_id).encode()] = waiting
        return waiting

    def forget(self, correlation_id: UUID) -> None:
        self._waiting.pop(str(correlation_id).encode(), None)

    def receive(self, record: ConsumerRecord) -> None:
        """Records for the log, and copies for other instances of the same address, are passed over."""
        headers: dict[str, bytes] = dict(record.headers)
        if COPY_HEADER not in headers:
            return
        waiting = self._waiting.pop(headers.get(CORRELATION_HEADER, b""), None)
        if waiting is None or waiting.done():
            return
        position = headers.get(POSITION_HEADER)
        waiting.set_result(Reply(decode_outcome(record.value), None if position is None else int(position)))


def reply_partition(instance: str, partitions: int) -> int:
    """The same for one instance at every start; any number of instances share the partitions."""
    digest = hashlib.blake2b(instance.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % partitions


@asynccontextmanager
async def open_replies(settings: Settings, background: Background) -> AsyncIterator[Replies]:
    """Yields when the end of the partition is known, so that no reply to a later command is missed."""
    replies = Replies(reply_partition(settings.instance, settings.partitions))
    partition = TopicPartition(settings.topic("ticket.outcomes"), replies.partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=f"{settings.instance}-replies",
        isolation_level="read_uncommitted",
        enable_auto_commit=False,
        auto_offset_reset="latest",
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_end(partition)
        await consumer.position(partition)
        async with background.running("replies", _follow(consumer, replies)):
            yield replies
    finally:
        await consumer.stop()


async def _follow(consumer: AIOKafkaConsumer, replies: Replies) -> None:
    while True:
        batches: dict[TopicPartition, Iterable[ConsumerRecord]] = await consumer.getmany(timeout_ms=1000)
        for records in batches.values():
            for record in records:
                replies.receive(record)
