"""Writes `agent_skills_v1`: the skills of each agent, as their newest record has them."""

import json
from collections.abc import Sequence

from psycopg import AsyncConnection

from services.projections.read_models.agent_skills import evolve
from services.projections.read_models.delivered import Placed
from services.projections.writes.folded import folded
from services.projections.writes.target import Target, newer
from shared.events.directory import DirectoryEventData
from shared.events.personal import PersonalCodec

TABLE = "agent_skills_v1"

_COLUMNS = ("partition", "agent_id", "version", "skills")
_TARGET = Target(TABLE, _COLUMNS, newer(_COLUMNS, "agent_id", "version"))


async def write(
    connection: AsyncConnection, items: Sequence[Placed[DirectoryEventData]], codec: PersonalCodec
) -> None:
    del codec
    rows = folded(items, evolve)
    await _TARGET.put(
        connection,
        [(place, row.agent_id, row.version, json.dumps(row.skills, ensure_ascii=False)) for place, row in rows],
    )
