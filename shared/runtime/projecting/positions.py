"""SQL of positions: where each read model stands in its topic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql

from shared.runtime.projecting.stream import ReadModel

_LOCK_TOPIC = "SELECT pg_advisory_xact_lock(hashtextextended('projection of ' || %s, 0))"

_OF_ANOTHER_LOG = """
SELECT count(*) FROM projection_positions
WHERE model = %s AND model_version = %s AND topic = %s AND topic_id <> %s
"""

_FORGET_POSITIONS = """
DELETE FROM projection_positions WHERE model = %s AND model_version = %s AND topic = %s
"""

_START = """
INSERT INTO projection_positions (model, model_version, topic, partition, topic_id, next_offset)
SELECT %s, %s, %s, partition, %s, 0 FROM unnest(%s::integer[]) AS assigned (partition)
ON CONFLICT DO NOTHING
"""

_POSITIONS = """
SELECT partition, next_offset FROM projection_positions
WHERE model = %s AND model_version = %s AND topic = %s AND partition = ANY(%s)
"""

_ADVANCE = """
UPDATE projection_positions AS position SET next_offset = moved.until
FROM unnest(%s::text[], %s::integer[], %s::integer[], %s::bigint[], %s::bigint[])
    AS moved (model, model_version, partition, since, until)
WHERE position.model = moved.model AND position.model_version = moved.model_version
    AND position.partition = moved.partition AND position.next_offset = moved.since
    AND position.topic = %s AND position.topic_id = %s
"""


class PartitionLost(Exception):
    """Somebody else moved the position meanwhile: the partition is no longer ours, and nothing was written."""


@dataclass(frozen=True, slots=True)
class Move:
    """A read model's step over a partition: it stood at `since` and stands at `until`."""

    model: str
    version: int
    partition: int
    since: int
    until: int


async def place(
    connection: AsyncConnection,
    models: Iterable[ReadModel[Any]],
    topic: str,
    topic_id: UUID,
    partitions: Sequence[int],
) -> dict[tuple[str, int, int], int]:
    """The next offset of each (model, version, partition). A model fed by another log is emptied first."""
    found: dict[tuple[str, int, int], int] = {}
    async with connection.transaction():
        await connection.execute(_LOCK_TOPIC, (topic,))
        for model in models:
            key = (model.name, model.version, topic)
            cursor = await connection.execute(_OF_ANOTHER_LOG, (*key, topic_id))
            (strangers,) = await cursor.fetchone() or (0,)
            if strangers:
                tables = sql.SQL(", ").join(map(sql.Identifier, (model.table, *model.beside)))
                await connection.execute(sql.SQL("TRUNCATE {}").format(tables))
                await connection.execute(_FORGET_POSITIONS, key)
            await connection.execute(_START, (*key, topic_id, list(partitions)))
            cursor = await connection.execute(_POSITIONS, (*key, list(partitions)))
            async for partition, next_offset in cursor:
                found[model.name, model.version, partition] = next_offset
    return found


async def advance(connection: AsyncConnection, topic: str, topic_id: UUID, moves: Sequence[Move]) -> None:
    """Inside the caller's transaction. Raise `PartitionLost` unless each model stands where the move began."""
    cursor = await connection.execute(
        _ADVANCE,
        (
            [move.model for move in moves],
            [move.version for move in moves],
            [move.partition for move in moves],
            [move.since for move in moves],
            [move.until for move in moves],
            topic,
            topic_id,
        ),
    )
    if cursor.rowcount != len(moves):
        raise PartitionLost(f"of {len(moves)} positions in {topic}, {cursor.rowcount} were where we left them")
