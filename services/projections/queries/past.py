"""The ticket as it was: the fold of its events up to a version or a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.projections.history import history
from services.projections.queries.answers import Breached, Ticket
from services.projections.queries.finding import missing
from services.projections.queries.visibility import HIDDEN_FIELDS
from services.projections.read_models.ticket_row import TicketRow
from services.projections.read_models.tickets import evolve
from shared.events.personal import PersonalCodec

_FIRST_LATER = "SELECT min(version) FROM ticket_events WHERE ticket_id = %s AND occurred_at > %s"


async def as_it_was(
    connection: AsyncConnection[tuple[Any, ...]], ticket_id: UUID, version: int, codec: PersonalCodec
) -> TicketRow:
    """Raise a 404 problem where the ticket never had that version. Redacted bodies stay empty."""
    row: TicketRow | None = None
    async for event in history(connection, [ticket_id], version):
        row = evolve(row, event, codec)
    if row is None or row.version != version:
        raise missing()
    return row


async def version_at(
    connection: AsyncConnection[tuple[Any, ...]], ticket_id: UUID, latest: int, at: datetime
) -> int:
    """The version before the first event that occurred later than `at`; 0 before the ticket was opened."""
    found = await (await connection.execute(_FIRST_LATER, (ticket_id, at))).fetchone()
    first_later = None if found is None else found[0]
    return latest if first_later is None else int(first_later) - 1


def answer(row: TicketRow, *, internal: bool) -> Ticket:
    ticket = Ticket(
        id=row.id,
        reference=row.reference,
        external=row.external,
        subject=row.subject,
        description=row.description,
        channel=row.channel,
        priority=row.priority,
        status=row.status,
        requester_id=row.requester_id,
        organisation=row.organisation,
        assignee_id=row.assignee_id,
        team_id=row.team_id,
        category=row.category,
        tags=list(row.tags),
        fields=row.fields,
        follows=row.follows,
        origin=row.origin,
        created_at=row.created_at,
        updated_at=row.updated_at,
        first_response_at=row.first_response_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        first_response_due_at=row.first_response.due_at,
        next_reply_due_at=row.next_reply.due_at,
        resolution_due_at=row.resolution.due_at,
        breached=Breached(
            first_response=row.first_response.breached,
            next_reply=row.next_reply.breached,
            resolution=row.resolution.breached,
        ),
        escalation_level=row.escalation_level,
        reopenings=row.reopenings,
        reassignments=row.reassignments,
        version=row.version,
        conversation_version=row.conversation_version,
    )
    if internal:
        return ticket
    return ticket.model_copy(update={**dict.fromkeys(HIDDEN_FIELDS), "tags": []})
