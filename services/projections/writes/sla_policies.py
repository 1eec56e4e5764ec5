"""Writes `sla_policies_v1`: the newest record of each SLA policy."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from psycopg import AsyncConnection

from services.projections.read_models.delivered import Placed
from services.projections.read_models.sla_policies import PolicyRow, evolve
from services.projections.writes.folded import folded
from services.projections.writes.target import Target, newer
from shared.events.directory import DirectoryEventData
from shared.events.personal import PersonalCodec

TABLE = "sla_policies_v1"

_COLUMNS = ("partition", *PolicyRow._fields)
_TARGET = Target(TABLE, _COLUMNS, newer(_COLUMNS, "id", "version"))


async def write(
    connection: AsyncConnection, items: Sequence[Placed[DirectoryEventData]], codec: PersonalCodec
) -> None:
    del codec
    await _TARGET.put(connection, [(place, *_dumped(row)) for place, row in folded(items, evolve)])


def _dumped(row: PolicyRow) -> tuple[object, ...]:
    return (
        row.id,
        row.version,
        row.removed,
        row.position,
        json.dumps({name: asked for name, asked in asdict(row.conditions).items() if asked}, ensure_ascii=False),
        row.calendar_id,
        [status.value for status in row.paused_while],
        row.on_reopen.value,
        row.at_risk_percent,
        row.active,
        json.dumps([asdict(target) for target in row.targets]),
    )
