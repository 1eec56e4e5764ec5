"""Writes `agent_loads_v1`: what a batch tells of an agent is folded, and completed from the row that is there."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from services.projections.read_models.agent_loads import LoadRow, evolve
from services.projections.read_models.delivered import Placed
from services.projections.writes.folded import folded
from services.projections.writes.target import Target
from shared.events.agent import AgentEventData
from shared.events.personal import PersonalCodec

TABLE = "agent_loads_v1"

_TARGET = Target(
    TABLE,
    ("partition", *LoadRow._fields),
    """
    ON CONFLICT (agent_id) DO UPDATE SET
        partition = excluded.partition,
        version = excluded.version,
        status = coalesce(excluded.status, present.status),
        load = coalesce(excluded.load, present.load),
        max_load = coalesce(excluded.max_load, present.max_load)
    WHERE present.version < excluded.version
    """,
)


async def write(
    connection: AsyncConnection, items: Sequence[Placed[AgentEventData]], codec: PersonalCodec
) -> None:
    del codec
    await _TARGET.put(connection, [(place, *row) for place, row in folded(items, evolve)])
