"""Stream `ticket.commands`: wishes that tickets change; key: ticket id; writers: the suite's own services."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.events.catalogue import Catalogue
from shared.events.personal import Personal
from shared.events.routing_values import Explanation, QueueReason
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_values import (
    ActionRequest,
    Channel,
    Clock,
    ClockTarget,
    CloseReason,
    FieldValue,
    Message,
    Priority,
    Requester,
    Sentiment,
    SlaInputs,
    Tier,
)


@dataclass(frozen=True, slots=True)
class OpenTicket:
    subject: Personal
    description: Personal
    requester: Requester
    channel: Channel = Channel.WEB
    priority: Priority = Priority.P3
    category: str | None = None
    team_id: str | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = field(default_factory=dict)
    follows: UUID | None = None


@dataclass(frozen=True, slots=True)
class AssignTicket:
    """Follows from a reserved slot, `reservation`; it is released where this is refused or changes nothing.

    A routed one has its `explanation`, and holds only while `from_assignee` has the ticket (None: nobody).
    `reservation` None: the slot is no longer held, and the command only asks what became of its first try.
    """

    assignee_id: str
    over_limit: bool = False
    reservation: UUID | None = None
    from_assignee: str | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class ClaimTicket:
    """The actor takes it; `reservation` as in `AssignTicket`."""

    reservation: UUID | None = None


@dataclass(frozen=True, slots=True)
class QueueTicket:
    """From the router: nobody can take it now. `missing` are the required skills that nobody has."""

    reason: QueueReason
    explanation: Explanation
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnassignTicket:
    """With `from_assignee`, only while that agent has the ticket."""

    reason: str | None = None
    from_assignee: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyToRequester:
    message: Message


@dataclass(frozen=True, slots=True)
class ReplyAsRequester:
    message: Message


@dataclass(frozen=True, slots=True)
class AddNote:
    message: Message


@dataclass(frozen=True, slots=True)
class ChangeTicket:
    """What is None stays; `clear` empties. `tags` replaces all, before `add_tags` and `remove_tags` apply."""

    subject: Personal | None = None
    priority: Priority | None = None
    category: str | None = None
    team_id: str | None = None
    tags: tuple[str, ...] | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    fields: dict[str, FieldValue | None] = field(default_factory=dict)
    clear: tuple[Literal["category", "team_id"], ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AwaitCustomer:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AwaitInternal:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeTicket:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResolveTicket:
    """With `article_id`: the requester says that this article solved it."""

    article_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReopenTicket:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CloseTicket:
    reason: CloseReason


@dataclass(frozen=True, slots=True)
class RedactMessage:
    """`message` is the version of the event that carried it."""

    message: int
    reason: str


@dataclass(frozen=True, slots=True)
class TargetSla:
    """From the SLA service, as in `SlaTargeted`. `basis` must still be the ticket's own when it is decided."""

    policy_id: str
    policy_version: int
    calendar_version: int | None
    basis: int
    inputs: SlaInputs
    clocks: tuple[ClockTarget, ...]
    reason: str | None = None
    calendar_id: str | None = None
    directory_offset: int | None = None


@dataclass(frozen=True, slots=True)
class MarkSlaAtRisk:
    """`basis` as in `BreachSla`."""

    clock: Clock
    instance: int
    due_at: datetime
    basis: int | None = None


@dataclass(frozen=True, slots=True)
class BreachSla:
    """`basis`, unless None, must still be the ticket's own: what happened since may have paused the clock."""

    clock: Clock
    instance: int
    due_at: datetime
    basis: int | None = None


@dataclass(frozen=True, slots=True)
class RevokeSlaBreach:
    """From a gateway or the SLA service: a reply at `met_at`, in time, came to light."""

    clock: Clock
    instance: int
    met_at: datetime


@dataclass(frozen=True, slots=True)
class MarkAgentSilent:
    """`since` is the time of the unanswered requester's message."""

    since: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class EscalateTicket:
    """From the escalation service: what one rule does, all of it or nothing.

    `target_tier`: the router is to find such an agent. A rule that neither raises nor reassigns leaves the level.
    """

    key: str
    rule_id: str
    rule_version: int
    target_tier: Tier | None = None
    raise_priority: bool = False
    clock: Clock | None = None
    instance: int | None = None
    sentiment: Sentiment | None = None
    requests: tuple[ActionRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleSurvey:
    resolution: int
    send_at: datetime


@dataclass(frozen=True, slots=True)
class RecordSurveySent:
    resolution: int


@dataclass(frozen=True, slots=True)
class RateTicket:
    resolution: int
    score: int
    comment: Personal | None = None


TicketCommandData = (
    OpenTicket
    | AssignTicket
    | ClaimTicket
    | QueueTicket
    | UnassignTicket
    | ReplyToRequester
    | ReplyAsRequester
    | AddNote
    | ChangeTicket
    | AwaitCustomer
    | AwaitInternal
    | ResumeTicket
    | ResolveTicket
    | ReopenTicket
    | CloseTicket
    | RedactMessage
    | TargetSla
    | MarkSlaAtRisk
    | BreachSla
    | RevokeSlaBreach
    | MarkAgentSilent
    | EscalateTicket
    | ScheduleSurvey
    | RecordSurveySent
    | RateTicket
    | ImportTicket
)

TICKET_COMMANDS: Catalogue[TicketCommandData] = Catalogue(
    {
        "casefold.ticket.command.open.v1": OpenTicket,
        "casefold.ticket.command.assign.v1": AssignTicket,
        "casefold.ticket.command.claim.v1": ClaimTicket,
        "casefold.ticket.command.queue.v1": QueueTicket,
        "casefold.ticket.command.unassign.v1": UnassignTicket,
        "casefold.ticket.command.reply.v1": ReplyToRequester,
        "casefold.ticket.command.requester_reply.v1": ReplyAsRequester,
        "casefold.ticket.command.note.v1": AddNote,
        "casefold.ticket.command.change.v1": ChangeTicket,
        "casefold.ticket.command.await_customer.v1": AwaitCustomer,
        "casefold.ticket.command.await_internal.v1": AwaitInternal,
        "casefold.ticket.command.resume.v1": ResumeTicket,
        "casefold.ticket.command.resolve.v1": ResolveTicket,
        "casefold.ticket.command.reopen.v1": ReopenTicket,
        "casefold.ticket.command.close.v1": CloseTicket,
        "casefold.ticket.command.redact.v1": RedactMessage,
        "casefold.ticket.command.target_sla.v1": TargetSla,
        "casefold.ticket.command.mark_sla_at_risk.v1": MarkSlaAtRisk,
        "casefold.ticket.command.breach_sla.v1": BreachSla,
        "casefold.ticket.command.revoke_sla_breach.v1": RevokeSlaBreach,
        "casefold.ticket.command.mark_agent_silent.v1": MarkAgentSilent,
        "casefold.ticket.command.escalate.v1": EscalateTicket,
        "casefold.ticket.command.schedule_survey.v1": ScheduleSurvey,
        "casefold.ticket.command.record_survey_sent.v1": RecordSurveySent,
        "casefold.ticket.command.rate.v1": RateTicket,
        "casefold.ticket.command.import.v1": ImportTicket,
    },
)
