"""A ticket as routing knows it: what it needs, who has it, and since when it waits."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.events.routing_values import QueueReason
from shared.events.ticket_values import Priority, Status, Tier

PATIENCE = timedelta(seconds=2)
"""After which what was asked for and did not come is asked for again; doubled each time, up to a minute."""
LONGEST = timedelta(minutes=1)
_DOUBLINGS = 5

_NEVER = datetime.max.replace(tzinfo=UTC)
_IN_NEED = frozenset({Status.NEW, Status.OPEN, Status.PENDING_INTERNAL})

Order = tuple[Priority, datetime, datetime, UUID]


def patience(tries: int) -> timedelta:
    """How long to wait after `tries` in vain: a writer that is down must not find thousands of wishes."""
    return min(PATIENCE * (1 << min(tries, _DOUBLINGS)), LONGEST)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that was sent for the ticket, and whose consequence is to come `by` then.

    `position` is that of the decision; `reservation` names the slot once it is granted.
    """

    agent_id: str
    position: int
    by: datetime
    reservation: UUID | None = None


@dataclass(slots=True)
class Ticket:
    """Changed in place, by the router's fold alone.

    `answered`: the assignee has replied since they got it, and no requester's message came after. `reserving`: a
    slot was asked for; `unassigning`: that the assignee be taken off. `tries` of them were in vain since there was
    news of the ticket, the last at `unanswered_by`; after a slot was given back, it rests until `rests_until`.
    `queued` is what was recorded last. `tier` is what an escalation asked for; `below`: its agent is not of it.
    """

    id: UUID
    version: int
    conversation_version: int
    priority: Priority
    created_at: datetime
    waiting_since: datetime
    status: Status = Status.NEW
    team_id: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    due_at: datetime | None = None
    assignee_id: str | None = None
    assigned_at: datetime | None = None
    answered: bool = False
    reserving: Asked | None = None
    unassigning: Asked | None = None
    tries: int = 0
    unanswered_by: str | None = None
    rests_until: datetime | None = None
    queued: tuple[QueueReason, tuple[str, ...]] | None = None
    tier: Tier | None = None
    below: bool = False

    @property
    def in_need(self) -> bool:
        """Whether it is to be given to somebody; one that waits for its requester needs nobody yet.

        One that is raised above its agent stays with them until somebody of the tier can take it.
        """
        return (self.assignee_id is None or self.below) and self.status in _IN_NEED

    @property
    def waits(self) -> bool:
        """Whether it stands in line: in need, and nobody is asked just now."""
        return self.in_need and self.reserving is None and self.rests_until is None

    @property
    def order(self) -> Order:
        """The waiting order over all tickets: the most urgent priority, then the earliest due, then the oldest."""
        return self.priority, self.due_at or _NEVER, self.created_at, self.id
