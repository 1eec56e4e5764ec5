"""Reading committed records of partitions without a group: from where the caller says, into its own memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.runtime.settings import Settings

WAIT_MS = 500
_FETCH_BYTES = 1024 * 1024


@asynccontextmanager
async def open_reader(
    settings: Settings, name: str, places: Sequence[TopicPartition], fetch_bytes: int = _FETCH_BYTES
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that has the partitions, and stands at no offset yet; `name` tells the broker what it is for."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=f"{settings.instance}-{name}",
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=WAIT_MS,
        max_partition_fetch_bytes=fetch_bytes,
    )
    await consumer.start()
    try:
        consumer.assign(places)
        yield consumer
    finally:
        await consumer.stop()
