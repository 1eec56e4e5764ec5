"""Figures of the router's pure core: tickets ranked among two thousand agents, and how evenly equals get them."""

import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.router.domain.decisions import Reserve
from services.router.domain.routing import Routing
from shared.events.agent import AgentLimitSet, AgentStatus, AgentStatusSet, ReleaseReason, SlotPurpose
from shared.events.agent import SlotReleased as Released
from shared.events.agent import SlotReserved as Reserved
from shared.events.envelope import Actor, ActorKind, Event
from shared.events.routing import (
    AgentRecorded,
    Presence,
    PresenceChanged,
    RoutingData,
    TicketArrived,
    TicketMoved,
    TicketTaken,
)
from shared.events.ticket_values import Priority, Status, Tier
from shared.runtime.settings import Settings

Emit = Callable[..., None]

AGENTS, SKILLS_EACH, VOCABULARY, TEAMS = 2_000, 10, 100, 20
ROUNDS, EACH = 5, 2_000
EQUALS, TICKETS, OPEN = 40, 10_000, 90

_BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
_SELF = Actor(ActorKind.SERVICE, "router")
_NONE = UUID(int=0)


def run(_: Settings, emit: Emit) -> None:
    """No server is asked for anything: requests are folded and decided in this process."""
    samples = [_rank_per_s(random.Random(seed)) for seed in range(ROUNDS)]  # noqa: S311 - a benchmark's fixture
    emit("router.rank_per_s", sorted(samples)[ROUNDS // 2], "1/s", samples, None)
    spread = _spread()
    emit("router.fairness_spread", spread, "tickets", [spread], None)


class _Desk:
    """Requests one after another, a millisecond apart."""

    def __init__(self) -> None:
        self.routing = Routing()
        self._position = -1
        self._versions: Counter[str] = Counter()

    def say(self, subject: str, data: RoutingData) -> list[Reserve]:
        self._position += 1
        self._versions[subject] += 1
        now = _BEGIN + timedelta(milliseconds=self._position)
        request = Event(_NONE, subject, self._versions[subject], 0, now, now, _SELF, _NONE, _NONE, data=data)
        return [one for one in self.routing.apply(request, now, self._position) if isinstance(one, Reserve)]

    def agent(self, name: str, record: AgentRecorded, max_load: int) -> None:
        self.say(f"agents/{name}", record)
        self.say(name, AgentLimitSet(max_load, active=True, directory_version=1))
        self.say(name, AgentStatusSet(AgentStatus.ONLINE))
        self.say(f"presence/{name}", PresenceChanged(Presence.PRESENT, _BEGIN))


def _rank_per_s(chance: random.Random) -> float:
    """Tickets decided a CPU second, each asking for two of a hundred skills; a quarter of them of any team.

    What is timed is all that a new ticket costs: folding it, finding who can take it, ranking, and explaining.
    """
    words = [f"skill-{number:02}" for number in range(VOCABULARY)]
    desk = _Desk()
    for number in range(AGENTS):
        skills = {word: chance.randint(1, 5) for word in chance.sample(words, SKILLS_EACH)}
        desk.agent(f"agent-{number:04}", AgentRecorded(f"team-{number % TEAMS:02}", Tier.AGENT, skills), 50)
    tickets = list(_tickets(chance, words))
    begun = time.process_time()
    for number, ticket in enumerate(tickets, 1):
        desk.say(str(UUID(int=number)), ticket)
    return len(tickets) / (time.process_time() - begun)


def _tickets(chance: random.Random, words: list[str]) -> Iterator[TicketArrived]:
    for number in range(EACH):
        team = None if number % 4 else f"team-{number % TEAMS:02}"
        yield TicketArrived(Priority.P3, _BEGIN, team, tags=tuple(chance.sample(words, 2)))


def _spread() -> float:
    """Between equal agents after 10,000 tickets that take equally long: agents who finish sooner get more."""
    desk, taken, open_tickets = _Desk(), Counter[str](), deque[tuple[UUID, str, UUID]]()
    for number in range(EQUALS):
        desk.agent(f"agent-{number:02}", AgentRecorded("support", Tier.AGENT, {}), 5)
    for number in range(1, TICKETS + 1):
        ticket, slot = UUID(int=number), UUID(int=number << 64)
        for decision in desk.say(str(ticket), TicketArrived(Priority.P3, _BEGIN)):
            name = decision.agent_id
            taken[name] += 1
            granted = Reserved(slot, ticket, SlotPurpose.ROUTED, 1, 5, explanation=decision.explanation)
            desk.say(name, granted)
            desk.say(str(ticket), TicketTaken(name, routed=True))
            open_tickets.append((ticket, name, slot))
        if len(open_tickets) > OPEN:
            _close(desk, *open_tickets.popleft())
    counts = [taken[f"agent-{number:02}"] for number in range(EQUALS)]
    if sum(counts) != TICKETS:
        raise RuntimeError(f"{TICKETS - sum(counts)} tickets were not given")
    return float(max(counts) - min(counts))


def _close(desk: _Desk, ticket: UUID, name: str, slot: UUID) -> None:
    desk.say(str(ticket), TicketMoved(Status.CLOSED))
    desk.say(name, Released(slot, ticket, ReleaseReason.LEFT, 0))
