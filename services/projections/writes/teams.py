"""Writes `teams_v1`: the newest record of each team."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from services.projections.read_models.delivered import Placed
from services.projections.read_models.teams import TeamRow, evolve
from services.projections.writes.folded import folded
from services.projections.writes.target import Target, newer
from shared.events.directory import DirectoryEventData
from shared.events.personal import PersonalCodec

TABLE = "teams_v1"

_COLUMNS = ("partition", *TeamRow._fields)
_TARGET = Target(TABLE, _COLUMNS, newer(_COLUMNS, "id", "version"))


async def write(
    connection: AsyncConnection, items: Sequence[Placed[DirectoryEventData]], codec: PersonalCodec
) -> None:
    del codec
    await _TARGET.put(
        connection,
        [
            (place, row.id, row.version, row.removed, row.name, list(row.leads), row.fallback_team_id)
            for place, row in folded(items, evolve)
        ],
    )
