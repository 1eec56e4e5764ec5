"""Writes `agents_v1`: the newest record of each agent."""

from collections.abc import Sequence
from functools import partial

from psycopg import AsyncConnection

from services.projections.read_models.agents import AgentRow, evolve
from services.projections.read_models.delivered import Placed
from services.projections.writes.folded import folded
from services.projections.writes.target import Target, newer
from shared.events.directory import DirectoryEventData
from shared.events.personal import PersonalCodec

TABLE = "agents_v1"

_COLUMNS = ("partition", *AgentRow._fields)
_TARGET = Target(TABLE, _COLUMNS, newer(_COLUMNS, "id", "version"))


async def write(
    connection: AsyncConnection, items: Sequence[Placed[DirectoryEventData]], codec: PersonalCodec
) -> None:
    rows = folded(items, partial(evolve, codec=codec))
    await _TARGET.put(connection, [(place, *map(_storable, row)) for place, row in rows])


def _storable(value: object) -> object:
    """PostgreSQL's array is a list; a tuple is a composite value."""
    return list(value) if isinstance(value, tuple) else value
