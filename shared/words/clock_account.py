"""What there is to say of one clock of a ticket: each step of the arithmetic by which it is due when it is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.events.ticket_values import ClockTarget, Priority, Status


@dataclass(frozen=True, slots=True)
class OpenFor:
    """An open stretch of the calendar."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class ClosedOn:
    """A holiday or a day off on which the calendar would have been open."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Ran:
    """The clock ran; `spent` of its time passed, which makes `total` so far."""

    begins: datetime
    ends: datetime
    spent: timedelta
    total: timedelta
    open_for: tuple[OpenFor, ...] = ()
    closed_on: tuple[ClosedOn, ...] = ()


@dataclass(frozen=True, slots=True)
class Paused:
    """`ends` None: it still is."""

    begins: datetime
    ends: datetime | None
    status: Status


@dataclass(frozen=True, slots=True)
class Raised:
    """An escalation raised the priority, because of this clock or not; `goal` is what the clock had afterwards."""

    at: datetime
    previous: Priority
    priority: Priority
    by_this_clock: bool
    goal: timedelta


Step = Ran | Paused | Raised


@dataclass(frozen=True, slots=True)
class ClockAccount:
    """`target` is what is on record, or is to be. Without `zone` the clock goes by calendar time.

    `kept`: its due time was breached or had passed before a change, and stayed; the steps do not lead to it then.
    """

    target: ClockTarget
    goal: timedelta
    at_risk_percent: int
    policy_id: str
    policy_version: int
    steps: tuple[Step, ...]
    calendar_id: str | None = None
    calendar_version: int | None = None
    zone: str | None = None
    at_risk: bool = False
    breached: bool = False
    kept: bool = False
    recorded: bool = True
