"""Writes `agent_presence_v1`: the last that was told of each agent."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from services.projections.read_models.agent_presence import PresenceRow, evolve
from services.projections.read_models.delivered import Placed
from services.projections.writes.folded import folded
from services.projections.writes.target import Target, newer
from shared.events.personal import PersonalCodec
from shared.events.routing import PresenceChanged

TABLE = "agent_presence_v1"

_COLUMNS = ("partition", *PresenceRow._fields)
_TARGET = Target(TABLE, _COLUMNS, newer(_COLUMNS, "agent_id", "log_offset"))


async def write(
    connection: AsyncConnection, items: Sequence[Placed[PresenceChanged]], codec: PersonalCodec
) -> None:
    del codec
    await _TARGET.put(connection, [(place, *row) for place, row in folded(items, evolve)])
