"""Deciding a ticket's states: opened, waiting, resolved, reopened, closed."""

from services.intake.domain.custom_fields import Required, check_required, check_values
from services.intake.domain.guards import TRANSITIONS, guard
from services.intake.domain.policy import MAX_FIELDS, MAX_TAGS, Policy
from services.intake.domain.rejected import Rejected
from services.intake.domain.stopped_late import stopped_late
from services.intake.domain.ticket import Ticket
from services.intake.domain.ticket_facts import facts_of
from shared.events.envelope import ActorKind, Command
from shared.events.ticket_commands import (
    AwaitCustomer,
    AwaitInternal,
    CloseTicket,
    OpenTicket,
    ReopenTicket,
    ResolveTicket,
    ResumeTicket,
)
from shared.events.ticket_events import (
    CustomerAwaited,
    InternalAwaited,
    TicketClosed,
    TicketEventData,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
)
from shared.events.ticket_values import CloseReason, Status


def decide_open(command: Command[OpenTicket], policy: Policy, reference: str) -> tuple[TicketOpened, ...]:
    """A requester opens for themself only; a follow-up need not repeat the fields of the first ticket."""
    data = command.data
    if command.actor.kind is ActorKind.REQUESTER and data.requester.id != command.actor.id:
        raise Rejected("forbidden", "A requester opens tickets for themself only.")
    if len(data.tags) > MAX_TAGS or len(data.fields) > MAX_FIELDS:
        raise Rejected("too_many", f"A ticket has at most {MAX_TAGS} tags and {MAX_FIELDS} fields.")
    check_values(policy.fields, data.fields)
    if data.follows is None:
        check_required(policy.fields.values(), data.fields, Required.TO_OPEN)
    return (
        TicketOpened(
            reference=reference,
            subject=data.subject,
            description=data.description,
            channel=data.channel,
            priority=data.priority,
            requester=data.requester,
            category=data.category,
            team_id=data.team_id,
            tags=tuple(dict.fromkeys(data.tags)),
            fields=data.fields,
            follows=data.follows,
        ),
    )


def decide_await_customer(command: Command[AwaitCustomer], ticket: Ticket) -> tuple[CustomerAwaited, ...]:
    if ticket.status is Status.PENDING_CUSTOMER:
        return ()
    guard(ticket.status, Status.PENDING_CUSTOMER)
    return (CustomerAwaited(command.data.reason),)


def decide_await_internal(command: Command[AwaitInternal], ticket: Ticket) -> tuple[InternalAwaited, ...]:
    if ticket.status is Status.PENDING_INTERNAL:
        return ()
    guard(ticket.status, Status.PENDING_INTERNAL)
    return (InternalAwaited(command.data.reason),)


def decide_resume(command: Command[ResumeTicket], ticket: Ticket) -> tuple[TicketResumed, ...]:
    """From a pending state only: a new ticket opens by its assignment, a resolved one by a reopening."""
    if ticket.status is Status.OPEN:
        return ()
    if ticket.status not in (Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL):
        raise Rejected(
            "transition_not_allowed",
            f"A ticket that is {ticket.status} is not waiting; assign it or reopen it.",
            TRANSITIONS[ticket.status],
        )
    return (TicketResumed(command.data.reason),)


def decide_resolve(command: Command[ResolveTicket], ticket: Ticket, policy: Policy) -> tuple[TicketEventData, ...]:
    """A requester resolves by naming the article that solved it; that alone resolves a new ticket."""
    if ticket.status is Status.RESOLVED:
        return ()
    guard(ticket.status, Status.RESOLVED)
    by_requester = command.actor.kind is ActorKind.REQUESTER
    if by_requester and command.data.article_id is None:
        raise Rejected("article_needed", "A requester resolves a ticket by naming the article that solved it.")
    if ticket.status is Status.NEW and not by_requester:
        raise Rejected(
            "transition_not_allowed",
            "A new ticket is resolved only by its requester, when an article solved it; assign it first.",
            (Status.OPEN,),
        )
    if not by_requester:
        check_required(policy.fields.values(), ticket.fields, Required.TO_RESOLVE)
    return (
        TicketResolved(
            resolution=len(ticket.resolutions) + 1,
            agent_id=None if by_requester else ticket.assignee_id or command.actor.id,
            team_id=ticket.team_id,
            article_id=command.data.article_id,
        ),
        *stopped_late(command, ticket),
    )


def decide_reopen(command: Command[ReopenTicket], ticket: Ticket, policy: Policy) -> tuple[TicketReopened, ...]:
    if ticket.status is Status.OPEN:
        return ()
    if ticket.status is not Status.RESOLVED:
        raise Rejected(
            "transition_not_allowed",
            f"Only a resolved ticket is reopened; this one is {ticket.status}.",
            TRANSITIONS[ticket.status],
        )
    if hold_over(command, ticket, policy):
        raise Rejected("hold_over", "The time for reopening is over; a new message opens a follow-up.")
    reopened = facts_of(ticket, reopened=True)
    return (TicketReopened(len(ticket.resolutions), command.data.reason, reopened),)


def decide_close(command: Command[CloseTicket], ticket: Ticket, policy: Policy) -> tuple[TicketEventData, ...]:
    """Spam and merging close from any state; else a resolved ticket closes, by its requester or the hold."""
    if ticket.status is Status.CLOSED:
        return ()
    reason = command.data.reason
    _check_reason(command, reason)
    if reason not in (CloseReason.MERGED, CloseReason.SPAM):
        guard(ticket.status, Status.CLOSED)
    if reason is CloseReason.AUTO_CLOSE and not hold_over(command, ticket, policy):
        raise Rejected("not_due", "The time for reopening is not over yet.")
    return (TicketClosed(reason), *stopped_late(command, ticket))


def hold_over(command: Command[object], ticket: Ticket, policy: Policy) -> bool:
    """Whether the hold of a resolved ticket is over when the command was appended, or its fact occurred."""
    at = command.occurred_at or command.now
    return ticket.resolved_at is not None and at - ticket.resolved_at >= policy.hold


def _check_reason(command: Command[CloseTicket], reason: CloseReason) -> None:
    confirming = command.actor.kind is ActorKind.REQUESTER
    if confirming != (reason is CloseReason.CONFIRMED) or reason is CloseReason.IMPORTED:
        raise Rejected(
            "reason_not_allowed",
            "A requester closes a ticket as confirmed; others as auto_close, merged or spam.",
        )
