"""Deciding who has a ticket: assigned, claimed, queued or unassigned, with a slot that was reserved before."""

from uuid import UUID

from services.intake.domain.guards import not_closed
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from shared.events.envelope import Command
from shared.events.ticket_commands import AssignTicket, ClaimTicket, QueueTicket, UnassignTicket
from shared.events.ticket_events import TicketAssigned, TicketClaimed, TicketQueued, TicketUnassigned
from shared.events.ticket_values import Status


def decide_assign(command: Command[AssignTicket], ticket: Ticket) -> tuple[TicketAssigned, ...]:
    """What the router decided holds only while the ticket is as it saw it; people's wishes are done."""
    not_closed(ticket)
    data = command.data
    if data.explanation is not None:
        _check_routed(data, ticket)
    if ticket.assignee_id == data.assignee_id:
        return ()
    _check_reserved(data.reservation)
    return (
        TicketAssigned(
            assignee_id=data.assignee_id,
            previous_assignee_id=ticket.assignee_id,
            reassignments=int(ticket.ever_assigned),
            over_limit=data.over_limit,
            reservation=data.reservation,
            explanation=data.explanation,
        ),
    )


def _check_routed(data: AssignTicket, ticket: Ticket) -> None:
    if ticket.assignee_id not in (data.from_assignee, data.assignee_id):
        raise Rejected("already_assigned", f"{ticket.assignee_id} has the ticket meanwhile.")
    if ticket.status is Status.RESOLVED:
        raise Rejected("already_resolved", "The ticket is resolved meanwhile and needs nobody.")


def _check_reserved(reservation: UUID | None) -> None:
    if reservation is None:
        raise Rejected(
            "slot_released",
            "The slot that was reserved for this is released; ask again, with a new Idempotency-Key.",
        )


def decide_claim(command: Command[ClaimTicket], ticket: Ticket) -> tuple[TicketClaimed, ...]:
    """The first of two wins; the second is refused."""
    not_closed(ticket)
    if ticket.assignee_id == command.actor.id:
        return ()
    if ticket.assignee_id is not None:
        raise Rejected("already_claimed", "Someone else has the ticket; ask a lead to reassign it.")
    _check_reserved(command.data.reservation)
    return (
        TicketClaimed(
            command.actor.id,
            reassignments=int(ticket.ever_assigned),
            reservation=command.data.reservation,
        ),
    )


def decide_queue(command: Command[QueueTicket], ticket: Ticket) -> tuple[TicketQueued, ...]:
    """On record once a reason; a ticket that somebody has, or that is solved, waits for nobody."""
    data = command.data
    solved = ticket.status in (Status.RESOLVED, Status.CLOSED)
    if solved or ticket.assignee_id is not None or ticket.queued == (data.reason, data.missing):
        return ()
    return (TicketQueued(data.reason, data.explanation, data.missing),)


def decide_unassign(command: Command[UnassignTicket], ticket: Ticket) -> tuple[TicketUnassigned, ...]:
    """The state stays."""
    not_closed(ticket)
    data = command.data
    if ticket.assignee_id is None or data.from_assignee not in (None, ticket.assignee_id):
        return ()
    return (TicketUnassigned(ticket.assignee_id, data.reason),)
