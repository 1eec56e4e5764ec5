"""Writes `command_outcomes_v1`: an acceptance stands, a refusal gives way to a later outcome."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection, sql

from services.projections.read_models.command_outcomes import OutcomeRow, evolve
from services.projections.writes.staging import stage, staged
from shared.events.outcomes import Outcome
from shared.events.personal import PersonalCodec

TABLE = "command_outcomes_v1"

_COLUMNS = (
    "command_id",
    "partition",
    "stream",
    "subject",
    "actor_kind",
    "actor_id",
    "decided_at",
    "accepted",
    "version",
    "conversation_version",
    "reference",
    "follow_up_id",
    "code",
    "detail",
    "allowed",
)

_MERGE = sql.SQL("""
INSERT INTO command_outcomes_v1 AS present ({columns}) SELECT {columns} FROM {staged}
ON CONFLICT (command_id) DO UPDATE SET {changes}
WHERE NOT present.accepted AND present.decided_at <= excluded.decided_at
""")


async def write(connection: AsyncConnection, items: Sequence[Outcome], codec: PersonalCodec) -> None:
    """Askers retry through other instances, so the same command may come from two partitions at once."""
    del codec
    rows = _latest(items)
    if not rows:
        return
    await stage(connection, TABLE, _COLUMNS, (_dumped(rows[command_id]) for command_id in sorted(rows)))
    await connection.execute(
        _MERGE.format(
            columns=sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)),
            staged=sql.Identifier(staged(TABLE)),
            changes=sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in _COLUMNS[1:]
            ),
        )
    )


def _latest(outcomes: Sequence[Outcome]) -> dict[UUID, OutcomeRow]:
    rows: dict[UUID, OutcomeRow] = {}
    for outcome in outcomes:
        rows[outcome.command_id] = evolve(rows.get(outcome.command_id), outcome)
    return rows


def _dumped(row: OutcomeRow) -> tuple[object, ...]:
    return (
        row.command_id,
        row.partition,
        row.stream,
        row.subject,
        row.actor_kind,
        row.actor_id,
        row.decided_at,
        row.accepted,
        row.version,
        row.conversation_version,
        row.reference,
        row.follow_up_id,
        row.code,
        row.detail,
        list(row.allowed),
    )
