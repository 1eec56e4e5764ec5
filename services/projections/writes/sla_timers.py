"""Writes `sla_timers_v1`: events of a batch are folded in memory, each changed row is written once."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.rows import tuple_row

from services.projections.read_models.delivered import Delivered
from services.projections.read_models.sla_timers import TOLD_BY, TimerRow, evolve
from services.projections.writes.target import Target, taken
from shared.events.personal import PersonalCodec
from shared.events.ticket_values import Clock

TABLE = "sla_timers_v1"

Timers = dict[tuple[Clock, int], TimerRow]

_COLUMNS = (*TimerRow._fields, "partition")
_NEWER = sql.SQL(
    "ON CONFLICT (ticket_id, clock, instance) DO UPDATE SET {} WHERE present.version < excluded.version"
).format(taken(_COLUMNS[3:]))
_TARGET = Target(TABLE, _COLUMNS, _NEWER)
_LOAD = f"SELECT ticket_id::text, {', '.join(TimerRow._fields[1:])} FROM {TABLE} WHERE ticket_id = ANY(%s::uuid[])"  # noqa: S608 - constants of this module


async def write(connection: AsyncConnection, items: Sequence[Delivered], codec: PersonalCodec) -> None:
    del codec
    telling = [item for item in items if isinstance(item.event.data, TOLD_BY)]
    if not telling:
        return
    timers = await stored_timers(connection, {item.event.subject for item in telling})
    changed: dict[tuple[str, Clock, int], tuple[object, ...]] = {}
    for item in telling:
        known = timers.setdefault(item.event.subject, {})
        for row in list(evolve(known.values(), item.event)):
            known[row.clock, row.instance] = row
            changed[row.ticket_id, row.clock, row.instance] = (
                row.ticket_id,
                row.clock.value,
                *row[2:],
                item.partition,
            )
    await _TARGET.put(connection, list(changed.values()))


async def stored_timers(connection: AsyncConnection, wanted: Iterable[str]) -> dict[str, Timers]:
    """The rows that are there, by ticket id."""
    timers: dict[str, Timers] = {}
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(_LOAD, (list(wanted),), binary=True)
        async for loaded in cursor:
            row = _loaded(loaded)
            timers.setdefault(row.ticket_id, {})[row.clock, row.instance] = row
    return timers


def _loaded(row: tuple[Any, ...]) -> TimerRow:
    ticket_id, clock, *rest = row
    return TimerRow(ticket_id, Clock(clock), *rest)
