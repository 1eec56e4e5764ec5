"""The guard table, who may send which command, and whose ticket it is."""

from collections.abc import Mapping

from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from shared.events.envelope import Actor, ActorKind
from shared.events.ticket_commands import (
    AddNote,
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    BreachSla,
    ChangeTicket,
    ClaimTicket,
    CloseTicket,
    EscalateTicket,
    MarkAgentSilent,
    MarkSlaAtRisk,
    OpenTicket,
    QueueTicket,
    RateTicket,
    RecordSurveySent,
    RedactMessage,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    ResumeTicket,
    RevokeSlaBreach,
    ScheduleSurvey,
    TargetSla,
    TicketCommandData,
    UnassignTicket,
)
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_values import Status

NEW, OPEN, CLOSED = Status.NEW, Status.OPEN, Status.CLOSED
PENDING_CUSTOMER, PENDING_INTERNAL, RESOLVED = (
    Status.PENDING_CUSTOMER,
    Status.PENDING_INTERNAL,
    Status.RESOLVED,
)

TRANSITIONS: Mapping[Status, tuple[Status, ...]] = {
    NEW: (OPEN, RESOLVED),
    OPEN: (PENDING_CUSTOMER, PENDING_INTERNAL, RESOLVED),
    PENDING_CUSTOMER: (OPEN, PENDING_INTERNAL, RESOLVED),
    PENDING_INTERNAL: (OPEN, PENDING_CUSTOMER, RESOLVED),
    RESOLVED: (OPEN, CLOSED),
    CLOSED: (),
}
"""From a state to those that follow it. Besides, any but closed becomes closed when merged or spam."""

_STAFF = frozenset({ActorKind.AGENT, ActorKind.LEAD, ActorKind.ADMIN})
_SERVICE = frozenset({ActorKind.SERVICE})
_REQUESTER = frozenset({ActorKind.REQUESTER})

MAY_SEND: Mapping[type[TicketCommandData], frozenset[ActorKind]] = {
    OpenTicket: _REQUESTER | _STAFF | _SERVICE,
    AssignTicket: _STAFF | _SERVICE,
    ClaimTicket: _STAFF,
    QueueTicket: _SERVICE,
    UnassignTicket: _STAFF | _SERVICE,
    ReplyToRequester: _STAFF,
    ReplyAsRequester: _REQUESTER,
    AddNote: _STAFF | _SERVICE,
    ChangeTicket: _STAFF | _SERVICE,
    AwaitCustomer: _STAFF,
    AwaitInternal: _STAFF,
    ResumeTicket: _STAFF,
    ResolveTicket: _STAFF | _REQUESTER,
    ReopenTicket: _STAFF | _REQUESTER,
    CloseTicket: _STAFF | _REQUESTER | _SERVICE,
    RedactMessage: frozenset({ActorKind.LEAD, ActorKind.ADMIN}),
    TargetSla: _SERVICE,
    MarkSlaAtRisk: _SERVICE,
    BreachSla: _SERVICE,
    RevokeSlaBreach: _SERVICE,
    MarkAgentSilent: _SERVICE,
    EscalateTicket: _SERVICE,
    ScheduleSurvey: _SERVICE,
    RecordSurveySent: _SERVICE,
    RateTicket: _REQUESTER,
    ImportTicket: frozenset({ActorKind.IMPORT}),
}


def check_sender(data: TicketCommandData, actor: Actor) -> None:
    """Raise `Rejected` where the kind of actor may not send such a command at all."""
    if actor.kind not in MAY_SEND[type(data)]:
        raise Rejected("forbidden", f"This is not for the role {actor.kind}.")


def owned(ticket: Ticket | None, actor: Actor) -> Ticket:
    """The ticket, where it is there and the actor may touch it; else `Rejected` in one and the same words."""
    if ticket is None or (actor.kind is ActorKind.REQUESTER and ticket.requester_id != actor.id):
        raise Rejected("not_found", "There is no such ticket.")
    return ticket


def guard(current: Status, wanted: Status) -> None:
    """Raise `Rejected`, with the states that are allowed from here, where the table has no such step."""
    allowed = TRANSITIONS[current]
    if wanted not in allowed:
        raise Rejected(
            "transition_not_allowed",
            f"A ticket that is {current} cannot become {wanted}.",
            tuple(allowed),
        )


def not_closed(ticket: Ticket) -> None:
    """Raise `Rejected` where the ticket is closed, which is final."""
    if ticket.status is CLOSED:
        raise Rejected("ticket_closed", "The ticket is closed, which is final; open a new one.")
