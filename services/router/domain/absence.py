"""When a ticket is taken from an agent who is away."""

from datetime import datetime

from services.router.domain.agent import Agent, gone
from services.router.domain.ticket import Ticket
from shared.events.directory_records import RoutingPolicy
from shared.events.ticket_values import Status

_AT_WORK = frozenset({Status.OPEN, Status.PENDING_INTERNAL})


def taken_at(ticket: Ticket, agent: Agent, policy: RoutingPolicy, now: datetime) -> datetime | None:
    """None: as things are, never. What is answered, solved or waits for its requester stays with its agent.

    Who is out of office or has left is away at once, who is merely not there after `away_after`. What is given by
    hand to someone known to be away stays for the whole wait: that was meant.
    """
    if ticket.answered or ticket.status not in _AT_WORK or ticket.assigned_at is None:
        return None
    if ticket.unassigning is not None:
        return ticket.unassigning.by
    is_gone, certain = gone(agent, now)
    if not is_gone or agent.away_since is None:
        return None
    if certain and ticket.assigned_at <= agent.away_since:
        return agent.away_since
    return max(agent.away_since, ticket.assigned_at) + policy.away_after
