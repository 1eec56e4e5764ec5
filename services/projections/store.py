"""SQL of positions: where each read model stands in the log, and which version of it is served."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection, sql

from services.projections.stream import ReadModel

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

_REACHED = """
SELECT position.topic, position.topic_id, position.partition, min(position.next_offset)
FROM projection_positions AS position
JOIN served_models AS served
    ON served.model = position.model AND served.model_version = position.model_version
GROUP BY position.topic, position.topic_id, position.partition
"""

_SERVE = """
INSERT INTO served_models (model, model_version) VALUES (%s, %s)
ON CONFLICT (model) DO UPDATE SET model_version = excluded.model_version
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


@dataclass(frozen=True, slots=True)
class Reached:
    """All served read models of the topic have applied every event before `next_offset`."""

    topic: str
    topic_id: UUID
    partition: int
    next_offset: int


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
                await connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(model.table)))
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


async def reached(connection: AsyncConnection) -> list[Reached]:
    cursor = await connection.execute(_REACHED)
    return [Reached(*row) async for row in cursor]


def served(connection: Connection) -> Mapping[str, int]:
    """Version of each read model that its view shows."""
    return dict(connection.execute("SELECT model, model_version FROM served_models").fetchall())


def serve(connection: Connection, model: ReadModel[Any]) -> None:
    """Swap: point the view of the contract's name at this version, in one transaction.

    The columns of the version served before must come first and unchanged, as other views may rest on them.
    """
    with connection.transaction():
        connection.execute(
            sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(
                sql.Identifier(model.name),
                sql.SQL(model.view),
            )
        )
        connection.execute(_SERVE, (model.name, model.version))
