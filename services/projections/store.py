"""SQL of the read models: how far those that are served have come, and which version of each it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection, sql

from shared.runtime.projecting.stream import ReadModel

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


@dataclass(frozen=True, slots=True)
class Reached:
    """All served read models of the topic have applied every event before `next_offset`."""

    topic: str
    topic_id: UUID
    partition: int
    next_offset: int


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
