"""What is told of tickets, folded into the state."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.router.domain.effects import NOTHING, Effects
from services.router.domain.state import State
from services.router.domain.ticket import Ticket
from services.router.domain.tiers import higher
from shared.events.envelope import Event
from shared.events.routing import (
    RoutingData,
    Side,
    TicketAnswered,
    TicketArrived,
    TicketDue,
    TicketLeft,
    TicketMoved,
    TicketNoted,
    TicketPropertiesChanged,
    TicketRaised,
    TicketTaken,
    TicketWaits,
)
from shared.events.ticket_values import Status


def arrived(state: State, request: Event[RoutingData], data: TicketArrived) -> Effects:
    ticket_id = UUID(request.subject)
    if ticket_id in state.tickets or ticket_id in state.closed:
        return NOTHING
    ticket = state.tickets[ticket_id] = Ticket(
        ticket_id,
        request.version,
        request.conversation_version,
        data.priority,
        data.created_at,
        waiting_since=state.now,
        team_id=data.team_id,
        category=data.category,
        tags=data.tags,
        language=data.language,
    )
    state.settle(ticket)
    return Effects(tickets=(ticket_id,))


def fold_ticket(state: State, request: Event[RoutingData]) -> Effects:
    """A ticket that is closed is not known any more, and what is told of it late is no news."""
    ticket = state.tickets.get(UUID(request.subject))
    if ticket is None or request.version <= ticket.version:
        return NOTHING
    was_in_need = ticket.in_need
    if request.conversation_version != ticket.conversation_version:
        ticket.unassigning = None  # it was to hold only for what was said until then
    ticket.version = request.version
    ticket.conversation_version = request.conversation_version
    ticket.tries, ticket.rests_until = 0, None
    freed = TICKETS[type(request.data)](state, ticket, request.data)
    if not was_in_need and ticket.in_need:
        ticket.waiting_since = state.now
    if ticket.status is Status.CLOSED:
        state.forget(ticket)
    else:
        state.settle(ticket)
    return Effects((ticket.id,), () if freed is None else (freed,))


def _properties(_: State, ticket: Ticket, data: TicketPropertiesChanged) -> None:
    ticket.priority = data.priority or ticket.priority
    for name in ("team_id", "category", "language"):
        value = None if name in data.cleared else getattr(data, name) or getattr(ticket, name)
        setattr(ticket, name, value)
    kept = (tag for tag in ticket.tags if tag not in data.tags_removed)
    ticket.tags = tuple(dict.fromkeys((*kept, *data.tags_added)))


def _due(_: State, ticket: Ticket, data: TicketDue) -> None:
    ticket.due_at = data.due_at


def _taken(state: State, ticket: Ticket, data: TicketTaken) -> str | None:
    """The slot's own event may still be on its way; until it comes, what was asked for counts.

    Whoever takes a raised ticket or gives it by hand has the last word on its tier.
    """
    ticket.status = Status.OPEN if ticket.status is Status.NEW else ticket.status
    state.give(ticket, data.agent_id)
    if not data.routed:
        ticket.tier = None
        agent = state.roster.agent(data.agent_id)
        agent.last_assigned_at = state.now
        state.roster.loaded(agent)
    asked = ticket.reserving
    if asked is not None and (asked.agent_id != data.agent_id or asked.reservation is not None):
        return state.ask_no_more(ticket)
    return None


def _left(state: State, ticket: Ticket, _: TicketLeft) -> str | None:
    state.give(ticket, None)
    return state.ask_no_more(ticket)


def _moved(state: State, ticket: Ticket, data: TicketMoved) -> str | None:
    """What is opened again was not answered well; what is solved needs nobody."""
    if ticket.status is Status.RESOLVED:
        ticket.answered = False
    ticket.status = data.status
    return state.ask_no_more(ticket) if data.status in (Status.RESOLVED, Status.CLOSED) else None


def _answered(_: State, ticket: Ticket, data: TicketAnswered) -> None:
    """A requester's message brings a ticket back that waited for it."""
    ticket.answered = data.by is Side.AGENT
    if data.by is Side.REQUESTER and ticket.status is Status.PENDING_CUSTOMER:
        ticket.status = Status.OPEN


def _raised(_: State, ticket: Ticket, data: TicketRaised) -> None:
    ticket.tier = higher(ticket.tier, data.tier)


def _told(_: State, __: Ticket, ___: TicketNoted | TicketWaits) -> None:
    """Only its versions are news."""


TICKETS: Mapping[type[RoutingData], Callable[[State, Ticket, Any], str | None]] = {
    TicketPropertiesChanged: _properties,
    TicketDue: _due,
    TicketTaken: _taken,
    TicketLeft: _left,
    TicketMoved: _moved,
    TicketAnswered: _answered,
    TicketRaised: _raised,
    TicketNoted: _told,
    TicketWaits: _told,
}
"""Each answers the agent whose slot is not asked for any more."""
