"""API keys of services, as `directory.events` has them: read whole at the start, then followed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.events.directory import DIRECTORY_EVENTS, ApiKeyIssued, ApiKeyRevoked, ApiKeyRole, DirectoryEventData
from shared.events.envelope import Event
from shared.events.wire import decode_event, read_headers
from shared.runtime.background import Background
from shared.runtime.http.principal import Principal, Role
from shared.runtime.settings import Settings

PREFIX = "cfk_"
"""What every API key begins with, so that a reader, a log scanner or a person knows one."""

_WAIT_MS = 500


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ListedKey:
    id: str
    name: str
    role: ApiKeyRole
    issued_at: datetime
    issued_by: str
    revoked_at: datetime | None = None


class ApiKeys:
    """A check is one hash and one look-up."""

    def __init__(self) -> None:
        self._listed: dict[str, ListedKey] = {}
        self._digests: dict[str, str] = {}
        self._principals: dict[str, Principal] = {}
        self._position = 0
        self._moved = asyncio.Condition()

    def principal(self, key: str) -> Principal | None:
        """None: there is no such key, or it was revoked."""
        return self._principals.get(digest_of(key))

    def listed(self) -> list[ListedKey]:
        """Every key that was ever issued, the oldest first."""
        return list(self._listed.values())

    def apply(self, event: Event[DirectoryEventData]) -> None:
        match event.data:
            case ApiKeyIssued(name=name, role=role, digest=digest):
                self._listed[event.subject] = ListedKey(
                    event.subject, name, role, event.recorded_at, event.actor.id
                )
                self._digests[event.subject] = digest
                self._principals[digest] = Principal(Role(role), name)
            case ApiKeyRevoked():
                self._principals.pop(self._digests.pop(event.subject, ""), None)
                self._listed[event.subject] = replace(self._listed[event.subject], revoked_at=event.recorded_at)

    async def reached(self, offset: int) -> None:
        """Wait until the event at that offset is applied."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._position > offset)

    async def moved_to(self, position: int) -> None:
        """`position` is the offset after the last one that was read."""
        async with self._moved:
            self._position = position
            self._moved.notify_all()


@asynccontextmanager
async def open_api_keys(settings: Settings, background: Background) -> AsyncIterator[ApiKeys]:
    """Yields when every event that was there at the start is applied."""
    partition = TopicPartition(settings.topic("directory.events"), 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=f"{settings.instance}-api-keys",
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=_WAIT_MS,
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        keys = ApiKeys()
        while await _read(consumer, partition, keys) < end:
            pass
        async with background.running("api keys", _follow(consumer, partition, keys)):
            yield keys
    finally:
        await consumer.stop()


async def _follow(consumer: AIOKafkaConsumer, partition: TopicPartition, keys: ApiKeys) -> None:
    while True:
        await _read(consumer, partition, keys)


async def _read(consumer: AIOKafkaConsumer, partition: TopicPartition, keys: ApiKeys) -> int:
    """What has arrived, applied; the position after it. An event that cannot be read ends the service.

    To pass it over could leave a revoked key in force.
    """
    batch: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(partition, timeout_ms=_WAIT_MS)
    for record in batch.get(partition, []):
        if read_headers(record.headers).get("ce_type") in DIRECTORY_EVENTS.types:
            keys.apply(decode_event(DIRECTORY_EVENTS, record.headers, record.value))
    position: int = await consumer.position(partition)
    await keys.moved_to(position)
    return position
