"""Stream `ticket.events`: what happened to tickets; key: ticket id; sole writer: the intake processor.

Names and fields are storage format: they change only by a new optional field or by a new type version with
an upcaster (`upcasters.py`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.events.catalogue import Catalogue
from shared.events.personal import Personal
from shared.events.routing_values import Explanation, QueueReason
from shared.events.ticket_changes import (
    FieldsChanged,
    PriorityChanged,
    TicketCategorised,
    TicketRetitled,
    TicketTagged,
)
from shared.events.ticket_promises import (
    AgentSilent,
    EscalationActionRequested,
    SlaAtRisk,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    SurveyScheduled,
    SurveySent,
    TicketEscalated,
    TicketRated,
)
from shared.events.ticket_values import (
    Channel,
    CloseReason,
    FieldValue,
    Message,
    Priority,
    Requester,
    TicketFacts,
)


@dataclass(frozen=True, slots=True)
class TicketOpened:
    """`follows` is the closed ticket that this one follows up; `external` the number it had elsewhere."""

    reference: str
    subject: Personal
    description: Personal
    channel: Channel
    priority: Priority
    requester: Requester
    category: str | None = None
    team_id: str | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = field(default_factory=dict)
    follows: UUID | None = None
    external: str | None = None


@dataclass(frozen=True, slots=True)
class TicketAssigned:
    """`reassignments`: how many changes of hands this stands for; 0 for a first assignment.

    An import states its source's own count, whichever of agent and team changed. `reservation` is the slot
    that the agent holds for it; a routed one has its `explanation`.
    """

    assignee_id: str
    previous_assignee_id: str | None = None
    reassignments: int = 0
    over_limit: bool = False
    reservation: UUID | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class TicketClaimed:
    """The assignee took it; `reassignments` and `reservation` as in `TicketAssigned`."""

    assignee_id: str
    reassignments: int = 0
    reservation: UUID | None = None


@dataclass(frozen=True, slots=True)
class TicketQueued:
    """Nobody can take it now. `missing` are the required skills that nobody in question has."""

    reason: QueueReason
    explanation: Explanation
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketUnassigned:
    previous_assignee_id: str
    reason: str | None = None
    reassignments: int = 0


@dataclass(frozen=True, slots=True)
class RequesterReplied:
    """`facts` as in `SlaBreached`."""

    message: Message
    facts: TicketFacts | None = None


@dataclass(frozen=True, slots=True)
class AgentReplied:
    """A public answer. `first_response` is true of the first one of a ticket."""

    message: Message
    first_response: bool = False


@dataclass(frozen=True, slots=True)
class TicketNoted:
    """An internal note: never shown to a requester."""

    message: Message


@dataclass(frozen=True, slots=True)
class CustomerAwaited:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class InternalAwaited:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketResumed:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketResolved:
    """`resolution` counts a ticket's resolutions from 1; `article_id` is the article that solved it.

    `resolved_at` is what an import's source says where it differs from `occurred_at`.
    """

    resolution: int
    agent_id: str | None = None
    team_id: str | None = None
    article_id: UUID | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketReopened:
    """`resolution` is the one that did not hold; `facts` as in `SlaBreached`, this reopening counted."""

    resolution: int
    reason: str | None = None
    facts: TicketFacts | None = None


@dataclass(frozen=True, slots=True)
class TicketClosed:
    """`closed_at` is what an import's source says where it differs from `occurred_at`."""

    reason: CloseReason
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketTransferred:
    """To another team; `reassignments` as in `TicketAssigned`."""

    team_id: str | None
    previous_team_id: str | None = None
    reassignments: int = 0


@dataclass(frozen=True, slots=True)
class FollowUpOpened:
    """A message reached a ticket past reopening: `follow_up_id` is opened with it."""

    follow_up_id: UUID
    subject: Personal
    message: Message
    channel: Channel
    priority: Priority
    requester_id: str
    category: str | None = None
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageRedacted:
    """`message` is the version of the event that carried it; read models forget its body."""

    message: int
    reason: str


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """An import's row that changed nothing which is kept here; on record so that every row can be found."""

    row: int


TicketEventData = (
    TicketOpened
    | TicketAssigned
    | TicketClaimed
    | TicketQueued
    | TicketUnassigned
    | RequesterReplied
    | AgentReplied
    | TicketNoted
    | CustomerAwaited
    | InternalAwaited
    | TicketResumed
    | TicketResolved
    | TicketReopened
    | TicketClosed
    | PriorityChanged
    | TicketCategorised
    | TicketTransferred
    | TicketRetitled
    | TicketTagged
    | FieldsChanged
    | SlaTargeted
    | SlaAtRisk
    | SlaBreached
    | SlaBreachRevoked
    | AgentSilent
    | TicketEscalated
    | EscalationActionRequested
    | SurveyScheduled
    | SurveySent
    | TicketRated
    | FollowUpOpened
    | MessageRedacted
    | SourceChanged
)

TICKET_EVENTS: Catalogue[TicketEventData] = Catalogue(
    {
        "casefold.ticket.opened.v1": TicketOpened,
        "casefold.ticket.assigned.v1": TicketAssigned,
        "casefold.ticket.claimed.v1": TicketClaimed,
        "casefold.ticket.queued.v1": TicketQueued,
        "casefold.ticket.unassigned.v1": TicketUnassigned,
        "casefold.ticket.requester_replied.v1": RequesterReplied,
        "casefold.ticket.agent_replied.v1": AgentReplied,
        "casefold.ticket.noted.v1": TicketNoted,
        "casefold.ticket.customer_awaited.v1": CustomerAwaited,
        "casefold.ticket.internal_awaited.v1": InternalAwaited,
        "casefold.ticket.resumed.v1": TicketResumed,
        "casefold.ticket.resolved.v1": TicketResolved,
        "casefold.ticket.reopened.v1": TicketReopened,
        "casefold.ticket.closed.v1": TicketClosed,
        "casefold.ticket.priority_changed.v1": PriorityChanged,
        "casefold.ticket.categorised.v1": TicketCategorised,
        "casefold.ticket.transferred.v1": TicketTransferred,
        "casefold.ticket.retitled.v1": TicketRetitled,
        "casefold.ticket.tagged.v1": TicketTagged,
        "casefold.ticket.fields_changed.v1": FieldsChanged,
        "casefold.ticket.sla_targeted.v1": SlaTargeted,
        "casefold.ticket.sla_at_risk.v1": SlaAtRisk,
        "casefold.ticket.sla_breached.v1": SlaBreached,
        "casefold.ticket.sla_breach_revoked.v1": SlaBreachRevoked,
        "casefold.ticket.agent_silent.v1": AgentSilent,
        "casefold.ticket.escalated.v1": TicketEscalated,
        "casefold.ticket.escalation_action_requested.v1": EscalationActionRequested,
        "casefold.ticket.survey_scheduled.v1": SurveyScheduled,
        "casefold.ticket.survey_sent.v1": SurveySent,
        "casefold.ticket.rated.v1": TicketRated,
        "casefold.ticket.follow_up_opened.v1": FollowUpOpened,
        "casefold.ticket.redacted.v1": MessageRedacted,
        "casefold.ticket.source_changed.v1": SourceChanged,
    },
)
