"""Writes `tickets_v1`: events of a batch are folded in memory, each changed ticket is written once."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from services.projections.read_models.delivered import Delivered
from services.projections.read_models.ticket_row import Promise, TicketRow
from services.projections.read_models.tickets import evolve
from services.projections.writes.target import Target, newer
from shared.events.envelope import Origin
from shared.events.personal import PersonalCodec
from shared.events.ticket_values import Channel, CloseReason, Priority, Status

TABLE = "tickets_v1"

_COLUMNS = (
    "id",
    "version",
    "conversation_version",
    "reference",
    "external",
    "subject",
    "description",
    "channel",
    "priority",
    "status",
    "requester_id",
    "organisation",
    "assignee_id",
    "team_id",
    "category",
    "tags",
    "follows",
    "origin",
    "created_at",
    "updated_at",
    "fields",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "close_reason",
    "first_response_due_at",
    "first_response_breached",
    "first_response_instance",
    "next_reply_due_at",
    "next_reply_breached",
    "next_reply_instance",
    "resolution_due_at",
    "resolution_breached",
    "resolution_instance",
    "escalation_level",
    "reopenings",
    "reassignments",
)
_TARGET = Target(TABLE, (*_COLUMNS, "partition"), newer((*_COLUMNS, "partition"), "id", "version"))
_LOAD = f"SELECT {', '.join(_COLUMNS)} FROM {TABLE} WHERE id = ANY(%s::uuid[])"  # noqa: S608 - constants of this module


async def write(connection: AsyncConnection, items: Sequence[Delivered], codec: PersonalCodec) -> None:
    rows = await stored_tickets(connection, {item.event.subject for item in items})
    changed: dict[str, int] = {}
    for item in items:
        subject = item.event.subject
        row = rows.get(subject)
        after = evolve(row, item.event, codec)
        if after is not row:
            rows[subject] = after
            changed[subject] = item.partition
    await _TARGET.put(connection, [(*_dumped(rows[subject]), partition) for subject, partition in changed.items()])


async def stored_tickets(connection: AsyncConnection, wanted: Iterable[str]) -> dict[str, TicketRow]:
    """The rows that are there, by ticket id."""
    rows: dict[str, TicketRow] = {}
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(_LOAD, (list(wanted),))
        async for loaded in cursor:
            row = _loaded(loaded)
            rows[str(row.id)] = row
    return rows


def _dumped(row: TicketRow) -> tuple[object, ...]:
    return (
        row.id,
        row.version,
        row.conversation_version,
        row.reference,
        row.external,
        row.subject,
        row.description,
        row.channel.value,
        row.priority.value,
        row.status.value,
        row.requester_id,
        row.organisation,
        row.assignee_id,
        row.team_id,
        row.category,
        _array(row.tags),
        row.follows,
        row.origin.value,
        row.created_at,
        row.updated_at,
        json.dumps(row.fields),
        row.first_response_at,
        row.resolved_at,
        row.closed_at,
        None if row.close_reason is None else row.close_reason.value,
        row.first_response.due_at,
        row.first_response.breached,
        row.first_response.instance,
        row.next_reply.due_at,
        row.next_reply.breached,
        row.next_reply.instance,
        row.resolution.due_at,
        row.resolution.breached,
        row.resolution.instance,
        row.escalation_level,
        row.reopenings,
        row.reassignments,
    )


def _array(texts: Iterable[str]) -> str:
    """PostgreSQL's own form of a text array, a tenth of what its client takes to make one."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _loaded(row: tuple[Any, ...]) -> TicketRow:
    named = dict(zip(_COLUMNS, row, strict=True))
    for clock in ("first_response", "next_reply", "resolution"):
        named[clock] = Promise(
            named.pop(f"{clock}_due_at"), named.pop(f"{clock}_breached"), named.pop(f"{clock}_instance")
        )
    named["tags"] = tuple(named["tags"])
    named["channel"] = Channel(named["channel"])
    named["priority"] = Priority(named["priority"])
    named["status"] = Status(named["status"])
    named["origin"] = Origin(named["origin"])
    if named["close_reason"] is not None:
        named["close_reason"] = CloseReason(named["close_reason"])
    return TicketRow(**named)
