"""A log of routing requests, made and applied one by one, for tests of the router's state machine."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from services.router.domain.decisions import Decision, Queue, Reserve
from services.router.domain.replay import Recorded
from services.router.domain.routing import Routing
from shared.events.agent import (
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    ReleaseReason,
    SlotPurpose,
    SlotReleased,
    SlotReserved,
)
from shared.events.directory_records import Category, RoutingPolicy, Team
from shared.events.envelope import Actor, ActorKind, Event
from shared.events.routing import (
    AgentRecorded,
    Presence,
    PresenceChanged,
    RoutingData,
    Ticked,
    TicketAnswered,
    TicketArrived,
    TicketMoved,
    TicketNoted,
    TicketTaken,
)
from shared.events.routing_values import Explanation, LeftOut, QueueReason
from shared.events.ticket_values import Priority, Tier

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""A Monday."""
STEP = timedelta(milliseconds=10)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
T1, T2, T3 = (UUID(int=(0x7 << 76) | number) for number in (1, 2, 3))

_SELF = Actor(ActorKind.SERVICE, "router")


class Log:
    """`say` appends a request, 10 ms after the one before unless told, and answers what was decided."""

    def __init__(self, routing: Routing | None = None) -> None:
        self.routing = routing or Routing()
        self.recorded: list[Recorded] = []
        self.decided: list[Decision] = []
        self.now = AT
        self._versions: Counter[str] = Counter()
        self._said: Counter[str] = Counter()
        self._asked: dict[tuple[UUID, str], Explanation] = {}
        self._slots: dict[tuple[UUID, str], UUID] = {}

    def say(self, subject: str | UUID, data: RoutingData, *, after: timedelta = STEP) -> list[Decision]:
        self.now += after
        key = str(subject)
        self._versions[key] += 1
        self._said[key] += isinstance(data, TicketArrived | TicketAnswered | TicketMoved | TicketNoted)
        position = len(self.recorded)
        request = Event(
            id=uuid5(UUID(int=position), key),
            subject=key,
            version=self._versions[key],
            conversation_version=self._said[key],
            occurred_at=self.now,
            recorded_at=self.now,
            actor=_SELF,
            command_id=UUID(int=position),
            correlation_id=UUID(int=position),
            data=data,
        )
        self.recorded.append(Recorded(request, self.now, position))
        decided = self.routing.apply(request, self.now, position)
        self.decided += decided
        self._asked |= {
            (one.ticket_id, one.agent_id): one.explanation for one in decided if isinstance(one, Reserve)
        }
        return decided

    def wait(self, period: timedelta) -> list[Decision]:
        """Ticks come when they are wanted, as a shell would send them."""
        until, decided = self.now + period, list[Decision]()
        while (wanted := self.routing.wanted_tick()) is not None and wanted <= until:
            decided += self.say("clock", Ticked(), after=max(wanted - self.now, timedelta()))
        self.now = until
        return decided

    def agent(  # noqa: PLR0913 - what an agent may be
        self,
        name: str,
        *,
        team: str = "support",
        skills: dict[str, int] | None = None,
        languages: tuple[str, ...] = (),
        max_load: int = 5,
        there: bool = True,
        tier: Tier = Tier.AGENT,
    ) -> list[Decision]:
        """In the directory, with a limit, and online unless told."""
        decided = self.say(f"agents/{name}", AgentRecorded(team, tier, skills or {}, languages))
        decided += self.say(name, AgentLimitSet(max_load, active=True, directory_version=1))
        return decided + (self.online(name) if there else [])

    def online(self, name: str) -> list[Decision]:
        decided = self.say(name, AgentStatusSet(AgentStatus.ONLINE))
        return decided + self.say(f"presence/{name}", PresenceChanged(Presence.PRESENT, self.now))

    def ticket(  # noqa: PLR0913 - what a ticket may be
        self,
        ticket: UUID,
        priority: Priority = Priority.P3,
        *,
        team: str | None = None,
        category: str | None = None,
        tags: tuple[str, ...] = (),
        language: str | None = None,
    ) -> list[Decision]:
        return self.say(ticket, TicketArrived(priority, self.now + STEP, team, category, tags, language))

    def granted(self, ticket: UUID, name: str) -> list[Decision]:
        """The slot is reserved and the ticket assigned, as the router asked."""
        decided = self.held(ticket, name)
        return decided + self.say(ticket, TicketTaken(name, routed=True))

    def held(self, ticket: UUID, name: str, explanation: Explanation | None = None) -> list[Decision]:
        """A slot of theirs is reserved, by the router's last decision for it unless told."""
        slot = self._slots[ticket, name] = uuid5(ticket, f"{name}/{len(self.recorded)}")
        because = explanation or self._asked.get((ticket, name))
        return self.say(name, SlotReserved(slot, ticket, SlotPurpose.ROUTED, 1, 5, explanation=because))

    def released(self, ticket: UUID, name: str, reason: ReleaseReason = ReleaseReason.LEFT) -> list[Decision]:
        return self.say(name, SlotReleased(self._slots[ticket, name], ticket, reason, 0))

    def records(self, records: Iterable[tuple[str, Team | Category | RoutingPolicy]]) -> None:
        for key, record in records:
            self.say(key, record)


def slot_of(name: str, number: int) -> UUID:
    """A name for whatever counts as one."""
    return uuid5(UUID(int=number), name)


def given_to(decided: list[Decision]) -> list[str]:
    assert all(isinstance(one, Reserve) for one in decided), decided
    return [one.agent_id for one in decided if isinstance(one, Reserve)]


def queued(decided: list[Decision]) -> tuple[QueueReason, tuple[str, ...]]:
    (one,) = decided
    assert isinstance(one, Queue)
    return one.reason, one.missing


def left_out(decided: list[Decision]) -> dict[LeftOut, int]:
    (one,) = decided
    assert isinstance(one, Queue | Reserve)
    return one.explanation.left_out
