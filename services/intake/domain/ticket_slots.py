"""The slot that a ticket takes of its agent, while it is open or pending inside, by its reservation's name."""

from collections.abc import Iterator
from uuid import UUID

from services.intake.domain.reaction import Reaction, Settled, follow, following_id
from services.intake.domain.ticket import Ticket
from shared.events.agent import HoldSlot, ReleaseReason, ReleaseSlot
from shared.events.envelope import Event, Origin
from shared.events.ticket_commands import AssignTicket, ClaimTicket, TicketCommandData
from shared.events.ticket_events import TicketAssigned, TicketClaimed, TicketEventData
from shared.events.ticket_values import Status

COUNTED = frozenset({Status.OPEN, Status.PENDING_INTERNAL})
"""The states in which a ticket counts as its agent's load."""


def with_slot(before: Ticket, after: Ticket, event: Event[TicketEventData]) -> Ticket:
    """The ticket with the reservation that it has after the event; an import's tickets take no slots."""
    reservation = _reservation(before, after, event)
    return after if reservation == after.reservation else after.with_changes(reservation=reservation)


def _reservation(before: Ticket, after: Ticket, event: Event[TicketEventData]) -> UUID | None:
    if after.assignee_id is None or after.status not in COUNTED or event.origin is Origin.IMPORT:
        return None
    if isinstance(event.data, TicketAssigned | TicketClaimed):
        return event.data.reservation
    if before.status in COUNTED:
        return before.reservation
    return following_id(event.id, "reservation")


def slot_reactions(settled: Settled[Ticket, TicketCommandData, TicketEventData]) -> Iterator[Reaction]:
    """What was left is released, what came is held, and what was only offered is released."""
    before, after = settled.before, settled.after
    old = None if before is None else before.reservation
    new = None if after is None else after.reservation
    offered, offered_by = _offered(settled)
    if before is not None and old is not None and old != new:
        yield _release(settled, before.assignee_id, old, ReleaseReason.LEFT)
    if after is not None and new is not None and new not in (old, offered):
        hold = HoldSlot(after.id, new)
        yield Reaction("agent", follow(settled, "hold", str(after.assignee_id), hold))
    if offered is not None and offered not in (old, new):
        reason = ReleaseReason.LEFT if settled.events else ReleaseReason.DECLINED
        yield _release(settled, offered_by, offered, reason)


def _offered(settled: Settled[Ticket, TicketCommandData, TicketEventData]) -> tuple[UUID | None, str | None]:
    match settled.command.data:
        case AssignTicket(assignee_id=agent, reservation=reservation):
            return reservation, agent
        case ClaimTicket(reservation=reservation):
            return reservation, settled.command.actor.id
        case _:
            return None, None


def _release(
    settled: Settled[Ticket, TicketCommandData, TicketEventData],
    agent_id: str | None,
    reservation: UUID,
    reason: ReleaseReason,
) -> Reaction:
    release = ReleaseSlot(UUID(settled.command.subject), reservation, reason)
    return Reaction("agent", follow(settled, f"release/{reservation}", str(agent_id), release))
