"""Parked events: those that could not be applied, and later ones of the same ticket, in wait behind them."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from shared.events.wire import RawHeaders
from shared.runtime.projecting.stream import LogRecord

_PARK = """
INSERT INTO parked_events
    (consumer_group, topic, partition, log_offset, topic_id, subject, key, value, headers, reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""

_SUBJECTS = """
SELECT DISTINCT partition, subject FROM parked_events
WHERE consumer_group = %s AND topic = %s AND topic_id = %s AND partition = ANY(%s)
"""

_OF_ANOTHER_LOG = """
DELETE FROM parked_events WHERE consumer_group = %s AND topic = %s AND topic_id <> %s
"""

_REDRIVABLE = """
SELECT subject, partition, log_offset AS "offset", key, value, headers AS stored FROM parked_events
WHERE consumer_group = %(group)s AND topic = %(topic)s AND partition = ANY(%(partitions)s) AND subject IN (
    SELECT subject FROM parked_events
    WHERE consumer_group = %(group)s AND topic = %(topic)s AND redrive_at IS NOT NULL
)
ORDER BY subject, log_offset
"""

_APPLIED = """
DELETE FROM parked_events WHERE consumer_group = %s AND topic = %s AND partition = %s AND log_offset = ANY(%s)
"""

_REFUSED_AGAIN = """
UPDATE parked_events
SET redrive_at = NULL, reason = CASE WHEN log_offset = %s THEN %s ELSE reason END
WHERE consumer_group = %s AND topic = %s AND partition = %s AND subject = %s
"""

_LISTED = """
SELECT consumer_group, topic, partition, log_offset, subject, reason, parked_at, redrive_at FROM parked_events
ORDER BY consumer_group, topic, partition, log_offset
"""

_REDRIVE = """
UPDATE parked_events SET redrive_at = now()
WHERE consumer_group = %(group)s AND (%(subject)s::text IS NULL OR subject = %(subject)s)
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked record; `stored` holds its headers, each value in base64."""

    subject: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    stored: list[tuple[str, str | None]]

    @property
    def headers(self) -> RawHeaders:
        return [(name, None if raw is None else base64.b64decode(raw)) for name, raw in self.stored]


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A row for people: without `reason` it only waits behind another one."""

    consumer_group: str
    topic: str
    partition: int
    log_offset: int
    subject: str
    reason: str | None
    parked_at: datetime
    redrive_at: datetime | None


async def park(
    connection: AsyncConnection,
    group: str,
    topic: str,
    topic_id: UUID,
    records: Iterable[tuple[LogRecord, str, str | None]],
) -> None:
    """Each record with its subject and, where it is the one that failed, the reason."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            _PARK,
            [
                (
                    group,
                    topic,
                    record.partition,
                    record.offset,
                    topic_id,
                    subject,
                    record.key,
                    record.value,
                    Jsonb(_stored(record.headers)),
                    reason,
                )
                for record, subject, reason in records
            ],
        )


async def parked_subjects(
    connection: AsyncConnection, group: str, topic: str, topic_id: UUID, partitions: Sequence[int]
) -> set[tuple[int, str]]:
    """(partition, subject) of what waits; what was parked of another log of this name is dropped."""
    async with connection.transaction():
        await connection.execute(_OF_ANOTHER_LOG, (group, topic, topic_id))
        cursor = await connection.execute(_SUBJECTS, (group, topic, topic_id, list(partitions)))
        return {(partition, subject) async for partition, subject in cursor}


async def redrivable(
    connection: AsyncConnection, group: str, topic: str, partitions: Sequence[int]
) -> list[Parked]:
    """All parked records of subjects that somebody asked to redrive, subject by subject, in the log's order."""
    async with connection.cursor(row_factory=class_row(Parked)) as cursor:
        await cursor.execute(_REDRIVABLE, {"group": group, "topic": topic, "partitions": list(partitions)})
        return await cursor.fetchall()


async def applied(connection: AsyncConnection, group: str, topic: str, records: Sequence[Parked]) -> None:
    for partition in {record.partition for record in records}:
        offsets = [record.offset for record in records if record.partition == partition]
        await connection.execute(_APPLIED, (group, topic, partition, offsets))


async def refused_again(connection: AsyncConnection, group: str, topic: str, record: Parked, reason: str) -> None:
    await connection.execute(
        _REFUSED_AGAIN, (record.offset, reason, group, topic, record.partition, record.subject)
    )


def listed(database_url: str) -> list[ParkedEvent]:
    """Everything that is parked, for `dead-letters list`."""
    with (
        psycopg.connect(database_url) as connection,
        connection.cursor(row_factory=class_row(ParkedEvent)) as cursor,
    ):
        return cursor.execute(_LISTED).fetchall()


def redrive(database_url: str, group: str, subject: str | None = None) -> int:
    """Ask the projector to apply what is parked of one ticket, or of all; the number of events that wait.

    The projector that holds the partition does it within a second or two, each ticket in one transaction.
    """
    with psycopg.connect(database_url) as connection:
        return connection.execute(_REDRIVE, {"group": group, "subject": subject}).rowcount


def _stored(headers: RawHeaders) -> list[tuple[str, str | None]]:
    stored: list[tuple[str, str | None]] = []
    for name, raw in headers or ():
        value = raw.encode() if isinstance(raw, str) else raw
        stored.append((name, None if value is None else base64.b64encode(value).decode()))
    return stored
