"""A ticket as its clocks know it: what it is, when it was in which state, and what each clock has behind it.

Each is a tuple: a new one is made at every event, in a tenth of the time that a frozen dataclass takes.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.events.ticket_values import Clock, ClockTarget, Priority, SlaInputs, Status

STOPPED = frozenset({Status.RESOLVED, Status.CLOSED})
"""The states in which no clock runs, whatever a policy says."""


class Raise(NamedTuple):
    """An escalation raised the priority at `at`; the clock that caused it, if one did, was left as it was."""

    at: datetime
    previous: Priority
    priority: Priority
    clock: Clock | None = None
    instance: int | None = None

    def caused_by(self, history: "History") -> bool:
        return self.clock is history.clock and self.instance == history.instance


class Ground(NamedTuple):
    """What goals rest on: the inputs, and the raises of the priority since anybody else last changed it."""

    inputs: SlaInputs
    raises: tuple[Raise, ...] = ()


class History(NamedTuple):
    """The latest instance of one clock.

    `stopped_at`: what it waits for happened then, and `ground` is that of then where the ticket's has changed
    since. `target` is what was recorded last. `kept`: its due time was breached, or had passed when its inputs
    changed, and stays.
    """

    clock: Clock
    instance: int
    started_at: datetime
    stopped_at: datetime | None = None
    ground: Ground | None = None
    target: ClockTarget | None = None
    at_risk: bool = False
    breached: bool = False
    kept: bool = False

    @property
    def broken(self) -> bool:
        """What it waited for came after its recorded due time, and the breach is not on record."""
        due_at = None if self.target is None else self.target.due_at
        return (
            not self.breached and due_at is not None and self.stopped_at is not None and self.stopped_at > due_at
        )


class Recorded(NamedTuple):
    """The terms of the last `SlaTargeted`."""

    policy_id: str
    policy_version: int
    calendar_id: str | None
    calendar_version: int | None
    basis: int
    directory_offset: int | None


class Escalating(NamedTuple):
    """The last event was an escalation: a change of priority of the same command is its raise."""

    command_id: UUID
    clock: Clock | None
    instance: int | None


class TicketClocks(NamedTuple):
    """The fold of a ticket's events; a ticket that is closed needs none, once its last breach is on record.

    `basis` is the version of the last event that the clocks depend on, `moved` that of the last which may have
    moved a due time. `statuses` are the states and since when. `awaiting_since` is the oldest unanswered
    message's time as the ticket's decider has it, `unanswered_since` that of the oldest that came in live;
    `silences` the minutes of silence recorded for it. `resolved_at` is that of a resolution that came in live,
    `resolution` how many there were. `reopened` times it was since the resolution clock was recorded, last at
    `reopened_at`.
    """

    version: int
    basis: int
    moved: int
    ground: Ground
    statuses: tuple[tuple[datetime, Status], ...]
    clocks: tuple[History, ...] = ()
    recorded: Recorded | None = None
    awaiting_since: datetime | None = None
    unanswered_since: datetime | None = None
    silences: tuple[int, ...] = ()
    resolved_at: datetime | None = None
    resolution: int = 0
    reopened: int = 0
    reopened_at: datetime | None = None
    escalating: Escalating | None = None

    @property
    def status(self) -> Status:
        return self.statuses[-1][1]

    @property
    def inputs(self) -> SlaInputs:
        return self.ground.inputs

    def clock(self, clock: Clock) -> History | None:
        for history in self.clocks:
            if history.clock is clock:
                return history
        return None
