"""Writes `command_outcomes_v1`: an acceptance stands, a refusal gives way to a later outcome."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection, sql

from services.projections.read_models.command_outcomes import KEPT, OutcomeRow, evolve
from services.projections.writes.target import Target, taken
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
    "continued_by",
    "code",
    "detail",
    "allowed",
)

_TARGET = Target(
    TABLE,
    _COLUMNS,
    sql.SQL(
        "ON CONFLICT (command_id) DO UPDATE SET {} "
        "WHERE NOT present.accepted AND present.decided_at <= excluded.decided_at"
    ).format(taken(_COLUMNS[1:])),
)

_EXPIRE = """
DELETE FROM command_outcomes_v1 WHERE command_id = ANY(ARRAY(
    SELECT command_id FROM command_outcomes_v1 WHERE decided_at < now() - %s
    ORDER BY decided_at LIMIT %s FOR UPDATE SKIP LOCKED
))
"""
_AT_ONCE = 5_000
"""Few enough that the projector's next batch hardly waits."""


async def expire(connection: AsyncConnection) -> bool:
    """Delete the oldest of the outcomes whose time is over; whether more of them may be left."""
    cursor = await connection.execute(_EXPIRE, (KEPT, _AT_ONCE))
    return cursor.rowcount == _AT_ONCE


async def write(connection: AsyncConnection, items: Sequence[Outcome], codec: PersonalCodec) -> None:
    """Askers retry through other instances, so the same command may come from two partitions at once."""
    del codec
    rows = _latest(items)
    await _TARGET.put(connection, [_dumped(rows[command_id]) for command_id in sorted(rows)])


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
        row.continued_by,
        row.code,
        row.detail,
        list(row.allowed),
    )
