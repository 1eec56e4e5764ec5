"""A row of the read model `tickets`."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypedDict
from uuid import UUID

from shared.events.envelope import Origin
from shared.events.ticket_values import Channel, Clock, CloseReason, FieldValue, Priority, Status


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised by one clock: `instance` is the clock's latest start, 0 before the first.

    A paused clock, a stopped one and those of a closed ticket have no due time; `breached` is kept until the next
    start.
    """

    due_at: datetime | None = None
    breached: bool = False
    instance: int = 0


NOTHING_PROMISED = Promise()


class TicketRow(NamedTuple):
    """`updated_at` is the latest time at which something occurred; all times are those of the world.

    A tuple where other rows are dataclasses: every event makes a changed copy of one, and a tuple's costs a fifth.
    """

    id: UUID
    version: int
    conversation_version: int
    reference: str
    external: str | None
    subject: str
    description: str
    channel: Channel
    priority: Priority
    status: Status
    requester_id: str
    organisation: str | None
    assignee_id: str | None
    team_id: str | None
    category: str | None
    tags: tuple[str, ...]
    follows: UUID | None
    origin: Origin
    created_at: datetime
    updated_at: datetime
    fields: dict[str, FieldValue]
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    first_response: Promise = NOTHING_PROMISED
    next_reply: Promise = NOTHING_PROMISED
    resolution: Promise = NOTHING_PROMISED
    escalation_level: int = 0
    reopenings: int = 0
    reassignments: int = 0

    def promise(self, clock: Clock) -> Promise:
        match clock:
            case Clock.FIRST_RESPONSE:
                return self.first_response
            case Clock.NEXT_REPLY:
                return self.next_reply
            case Clock.RESOLUTION:
                return self.resolution


class Changes(TypedDict, total=False):
    """The fields of a row that an event sets."""

    subject: str
    description: str
    priority: Priority
    status: Status
    assignee_id: str | None
    team_id: str | None
    category: str | None
    tags: tuple[str, ...]
    fields: dict[str, FieldValue]
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    first_response: Promise
    next_reply: Promise
    resolution: Promise
    escalation_level: int
    reopenings: int
    reassignments: int
