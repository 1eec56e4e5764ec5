"""The ticket as it is, for events that may set off an escalation: their readers keep no state of tickets."""

from services.intake.domain.ticket import Ticket
from shared.events.ticket_values import TicketFacts


def facts_of(ticket: Ticket, *, reopened: bool = False) -> TicketFacts:
    """`reopened` counts the reopening that is being decided. A resolution that holds has not been reopened."""
    holds = ticket.resolved_at is not None and not reopened
    return TicketFacts(
        priority=ticket.priority,
        channel=ticket.channel,
        category=ticket.category,
        organisation=ticket.organisation,
        team_id=ticket.team_id,
        assignee_id=ticket.assignee_id,
        tags=ticket.tags,
        reopenings=len(ticket.resolutions) - holds,
        escalation_level=ticket.escalation_level,
    )
