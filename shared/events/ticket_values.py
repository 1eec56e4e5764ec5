"""The words that ticket commands and ticket events share: states, clocks and small values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.events.personal import Personal

FieldValue = str | int | float | bool
"""A custom field's value; a date is its ISO 8601 text."""


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING_CUSTOMER = "pending_customer"
    PENDING_INTERNAL = "pending_internal"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(StrEnum):
    """P1 is the most urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Channel(StrEnum):
    EMAIL = "email"
    CHAT = "chat"
    WEB = "web"


class BodyFormat(StrEnum):
    TEXT = "text"
    HTML = "html"


class CloseReason(StrEnum):
    """`auto_close`: the hold is over. `confirmed`: the requester says so. `imported`: as the source had it."""

    AUTO_CLOSE = "auto_close"
    CONFIRMED = "confirmed"
    MERGED = "merged"
    SPAM = "spam"
    IMPORTED = "imported"


class Clock(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


class Tier(StrEnum):
    AGENT = "agent"
    SENIOR = "senior"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Requester:
    """Whoever asks. `id` is the token's subject, else a UUID derived from the normalised address."""

    id: str
    name: Personal | None = None
    email: Personal | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    body: Personal
    format: BodyFormat = BodyFormat.TEXT


@dataclass(frozen=True, slots=True)
class ClockTarget:
    """One clock of a ticket. `instance` counts the clock's starts on this ticket, from 1.

    `goal` is how much of its own time it has, business or calendar. A paused clock has `paused_at` and `remaining`
    (of that time) and no due time. One that has `stopped_at` runs no more: what it waits for happened then.
    `fixed`: an escalation that this clock caused raised the priority, and left the clock as it was.
    """

    clock: Clock
    instance: int
    started_at: datetime
    due_at: datetime | None
    at_risk_at: datetime | None = None
    paused_at: datetime | None = None
    remaining: timedelta | None = None
    goal: timedelta | None = None
    stopped_at: datetime | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class SlaInputs:
    """What a target was computed from, so that a replay needs no other topic."""

    priority: Priority
    channel: Channel
    category: str | None = None
    team_id: str | None = None
    organisation: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """The ticket as it was when an event happened to it, for readers who keep no state of tickets."""

    priority: Priority
    channel: Channel
    category: str | None = None
    organisation: str | None = None
    team_id: str | None = None
    assignee_id: str | None = None
    tags: tuple[str, ...] = ()
    reopenings: int = 0
    escalation_level: int = 0


@dataclass(frozen=True, slots=True)
class Sentiment:
    """What a model made of a requester's message: -1, the worst, to 1."""

    score: float
    model: str
    version: str


class OutwardAction(StrEnum):
    """What an escalation asks for outside of the ticket; the notifier carries it out."""

    NOTIFY = "notify"
    WEBHOOK = "webhook"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """`recipients` are agents' ids; none for a page. `key` is the same whenever the same thing is asked again."""

    action: OutwardAction
    key: str
    recipients: tuple[str, ...] = ()
