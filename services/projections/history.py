"""A ticket's events, read back from the rows of `ticket_events`."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from services.projections.read_models.delivered import TicketEvent
from shared.events.envelope import Actor, ActorKind, Event, Origin
from shared.events.ticket_events import TICKET_EVENTS

_EVENTS = """
SELECT ticket_id, version, event_type, actor_kind, actor_id, created_at, occurred_at, payload, event_id,
    conversation_version, command_id, correlation_id, cause_id, origin, implied
FROM ticket_events
WHERE ticket_id = ANY(%s::uuid[]) AND version <= %s
ORDER BY ticket_id, version
"""
_LATEST = 2**31 - 1


async def history(
    connection: AsyncConnection, tickets: Sequence[str] | Sequence[UUID], until: int = _LATEST
) -> AsyncIterator[TicketEvent]:
    """Ticket by ticket, in order of versions, up to the version `until`. Redacted bodies are empty."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_EVENTS, (list(tickets), until))
        async for row in cursor:
            yield _event(row)


def _event(row: dict[str, Any]) -> TicketEvent:
    return Event(
        id=row["event_id"],
        subject=str(row["ticket_id"]),
        version=row["version"],
        conversation_version=row["conversation_version"],
        occurred_at=row["occurred_at"],
        recorded_at=row["created_at"],
        actor=Actor(ActorKind(row["actor_kind"]), row["actor_id"]),
        command_id=row["command_id"],
        correlation_id=row["correlation_id"],
        data=TICKET_EVENTS.decode(row["event_type"], json.dumps(row["payload"]).encode()),
        cause_id=row["cause_id"],
        origin=Origin(row["origin"]),
        implied=row["implied"],
    )
