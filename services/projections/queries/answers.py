"""The forms of what queries answer, as the OpenAPI document shows them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.envelope import ActorKind, Origin
from shared.events.routing_values import LeftOut
from shared.events.ticket_values import BodyFormat, Channel, CloseReason, FieldValue, Priority, Status

_HIDDEN = "Null to a requester."


class Breached(BaseModel):
    """Which promises were broken: by the latest start of each clock."""

    model_config = ConfigDict(frozen=True)

    first_response: bool
    next_reply: bool
    resolution: bool


class TicketItem(BaseModel):
    """A ticket without its description. Times are those of the world; an import keeps its source's."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    reference: str = Field(description="The ticket's number for people.", examples=["CF-5724"])
    external: str | None = Field(description="Its number in the system that it was imported from.")
    subject: str
    channel: Channel
    priority: Priority
    status: Status
    requester_id: str
    organisation: str | None
    assignee_id: str | None
    team_id: str | None = Field(description=_HIDDEN)
    category: str | None
    tags: list[str] = Field(description="Empty to a requester.")
    fields: dict[str, FieldValue]
    follows: UUID | None = Field(description="The closed ticket that this one follows up.")
    origin: Origin
    created_at: datetime
    updated_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None = Field(description=_HIDDEN)
    first_response_due_at: datetime | None = Field(description=_HIDDEN)
    next_reply_due_at: datetime | None = Field(description=_HIDDEN)
    resolution_due_at: datetime | None = Field(description=_HIDDEN)
    breached: Breached | None = Field(description=_HIDDEN)
    escalation_level: int | None = Field(description=_HIDDEN)
    reopenings: int
    reassignments: int | None = Field(description=_HIDDEN)
    version: int = Field(description="Also in the `ETag` header.")
    conversation_version: int = Field(description="Counts messages, notes and changes of status only.")


class Ticket(TicketItem):
    """A ticket, whole."""

    description: str = Field(description="Empty once redacted.")


class TicketPage(BaseModel):
    items: list[TicketItem]
    next_cursor: str | None = Field(description="Bring it to the same question for what follows; null at the end.")


class EventItem(BaseModel):
    """One step of a ticket's history."""

    ticket_id: UUID
    version: int
    conversation_version: int
    event_id: UUID
    event_type: str = Field(examples=["casefold.ticket.opened.v1"])
    actor_kind: ActorKind
    actor_id: str
    created_at: datetime = Field(description="When it was recorded.")
    occurred_at: datetime = Field(description="When it happened; earlier where it was told late.")
    origin: Origin
    implied: bool = Field(description="An import put it in, because its source skipped a step.")
    command_id: UUID | None = Field(description=_HIDDEN)
    correlation_id: UUID | None = Field(description=_HIDDEN)
    cause_id: UUID | None = Field(description="The event that led to it. " + _HIDDEN)
    payload: dict[str, Any]


class EventPage(BaseModel):
    items: list[EventItem]
    next_cursor: str | None


class CommentItem(BaseModel):
    """A reply or a note; `version` is that of the event that carried it, by which it can be redacted."""

    ticket_id: UUID
    version: int
    author_kind: ActorKind
    author_id: str
    internal: bool = Field(description="A note, never shown to a requester.")
    body: str = Field(description="Empty once redacted.")
    format: BodyFormat
    created_at: datetime
    redacted: bool


class CommentPage(BaseModel):
    items: list[CommentItem]
    next_cursor: str | None


class RoutingCandidate(BaseModel):
    """An agent who could take the ticket, as the ranking saw them."""

    model_config = ConfigDict(from_attributes=True)

    agent_id: str
    load: int = Field(description="Tickets held.")
    max_load: int
    proficiency: int = Field(description="Summed over the required skills.")
    last_assigned_at: datetime | None
    turns: float = Field(description="Had in a weighted round-robin, over the agent's weight.")


class RoutingExplanation(BaseModel):
    """What a decision of the router rested on."""

    model_config = ConfigDict(from_attributes=True)

    position: int = Field(description="Offset on `routing.requests` at which it was taken.")
    decided_at: datetime
    ticket_version: int = Field(description="The version of the ticket that was seen.")
    directory_offset: int = Field(description="The last offset of `directory.events` that was applied.")
    policy_version: int = Field(description="0: the default policy.")
    team_id: str | None
    language: str | None
    required: list[str] = Field(description="The skills asked for.")
    dropped: list[str] = Field(description="Optional skills no longer asked for, after the wait.")
    to_leads: bool = Field(description="It had waited too long, and the team's leads were asked.")
    eligible: int = Field(description="How many could take it.")
    candidates: list[RoutingCandidate] = Field(description="The best five of them, best first.")
    left_out: dict[str, int] = Field(
        description="How many others did not come into question, by reason: " + ", ".join(LeftOut) + "."
    )


class RoutingItem(BaseModel):
    """Who was given the ticket, took it or lost it, or why it waits."""

    version: int = Field(description="The ticket's, of the event that says so.")
    event_id: UUID
    created_at: datetime
    kind: Literal["assigned", "claimed", "queued", "unassigned"]
    actor_kind: ActorKind
    actor_id: str = Field(description="Whose decision it was.", examples=["router"])
    agent_id: str | None = Field(None, description="Who has it from then on.")
    previous_agent_id: str | None = Field(None, description="Who had it until then.")
    over_limit: bool = Field(default=False, description="They carry more than their limit with it.")
    reason: str | None = Field(None, description="Why it waits, or was taken from its agent.")
    missing: list[str] = Field([], description="Required skills that nobody in question has.")
    explanation: RoutingExplanation | None = Field(None, description="Null where a person decided.")
    words: list[str] = Field(description="The same in sentences, the decision first.")


class RoutingPage(BaseModel):
    items: list[RoutingItem]
    next_cursor: str | None


class CommandOutcome(BaseModel):
    """What became of a command. A refused one may be sent again; its latest outcome counts."""

    command_id: UUID
    state: Literal["accepted", "refused"]
    stream: str = Field(description="`ticket` or `directory`.")
    subject: str = Field(description="Id of the ticket or record that it was about.")
    decided_at: datetime
    version: int | None
    conversation_version: int | None
    reference: str | None
    follow_up_id: UUID | None = Field(description="The new ticket that the message went to instead.")
    code: str | None = Field(description="Why it was refused; stable.")
    detail: str | None
    allowed: list[str]
