"""An agent as routing knows them, and whether they can be asked at a moment."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.router.domain.hours import away, working
from shared.events.agent import AgentStatus
from shared.events.routing import AgentRecorded, Presence
from shared.events.routing_values import LeftOut


@dataclass(slots=True)
class Agent:
    """`slots` has the ticket of each reservation; `pending` the tickets for which a slot was asked.

    `active` is None until the agent's own log has said it, `removed` says that the directory has taken them out.
    `away_since` is None while they are there; `turns` counts in a weighted round-robin.
    """

    id: str
    record: AgentRecorded | None = None
    removed: bool = False
    max_load: int = 0
    active: bool | None = None
    status: AgentStatus = AgentStatus.OFFLINE
    presence: Presence = Presence.ABSENT
    slots: dict[UUID, UUID] = field(default_factory=dict)
    pending: list[UUID] = field(default_factory=list)
    load: int = 0
    last_assigned_at: datetime | None = None
    turns: float = 0.0
    away_since: datetime | None = None

    def hold(self, reservation: UUID, ticket_id: UUID) -> None:
        self.slots[reservation] = ticket_id
        self._count()

    def release(self, reservation: UUID) -> None:
        self.slots.pop(reservation, None)
        self._count()

    def ask(self, ticket_id: UUID) -> None:
        if ticket_id not in self.pending:
            self.pending.append(ticket_id)
        self._count()

    def ask_no_more(self, ticket_id: UUID) -> None:
        if ticket_id in self.pending:
            self.pending.remove(ticket_id)
        self._count()

    def _count(self) -> None:
        """Tickets whose slots are held or asked for: two slots of one ticket are one ticket's load."""
        self.load = len({*self.pending, *self.slots.values()})

    @property
    def free(self) -> bool:
        return self.load < self.max_load

    @property
    def listed(self) -> bool:
        """Whether they work here, by the directory and by their own log."""
        return self.record is not None and self.record.active and self.active is True


def unavailable(agent: Agent, now: datetime) -> tuple[LeftOut | None, datetime | None]:
    """Why they cannot be asked at `now`, whatever the ticket; and when time alone may change that."""
    record = agent.record
    if record is None or not agent.listed:
        return LeftOut.INACTIVE, None
    out, back = away(record.out_of_office, now)
    if out:
        return LeftOut.OUT_OF_OFFICE, back
    moments = [back] if back is not None else []
    at_work = True
    if record.working_hours is not None:
        at_work, until = working(record.working_hours, now)
        moments.append(until)
    changes = min(moments, default=None)
    if not at_work:
        return LeftOut.OUTSIDE_WORKING_HOURS, changes
    if agent.status is not AgentStatus.ONLINE:
        return LeftOut.NOT_ONLINE, changes
    if agent.presence is not Presence.PRESENT:
        return LeftOut.HEARTBEAT_STALE, changes
    return None, changes


def gone(agent: Agent, now: datetime) -> tuple[bool, bool]:
    """Whether they are away, so that their unanswered tickets go to others; and whether for certain, at once.

    Of whom nothing is known yet, word may be on its way: nothing about them is certain.
    """
    record = agent.record
    left = agent.removed or agent.active is False or (record is not None and not record.active)
    if left or (record is not None and away(record.out_of_office, now)[0]):
        return True, True
    return agent.status is AgentStatus.OFFLINE or agent.presence is Presence.ABSENT, False
