"""A backlog of ticket events as a help desk makes them: many tickets at once, ten events each, zipf-like words."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.events.envelope import Actor, ActorKind, Event
from shared.events.personal import Plain
from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    RequesterReplied,
    TicketAssigned,
    TicketClosed,
    TicketEventData,
    TicketNoted,
    TicketOpened,
    TicketResolved,
)
from shared.events.ticket_promises import SlaTargeted
from shared.events.ticket_values import (
    Channel,
    Clock,
    ClockTarget,
    CloseReason,
    Message,
    Priority,
    Requester,
    SlaInputs,
)

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS_A_TICKET = 10
_VOCABULARY = 8_000
_AT_ONCE = 1_000
_AGENTS = 200
_REQUESTERS = 5_000
_HOURS = timedelta(hours=1)
_SERVICE = Actor(ActorKind.SERVICE, "router")
_SLA = Actor(ActorKind.SERVICE, "sla")


@dataclass(slots=True)
class Words:
    """`printer` is in half of all texts, the rest follows a power law."""

    chance: random.Random
    vocabulary: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.vocabulary = [
            "".join(self.chance.choices(letters, k=self.chance.randint(4, 11))) for _ in range(_VOCABULARY)
        ]
        total = 0.0
        for rank in range(_VOCABULARY):
            total += 1 / (rank + 5)
            self.weights.append(total)

    def text(self, count: int) -> str:
        said = self.chance.choices(self.vocabulary, cum_weights=self.weights, k=count)
        if self.chance.random() < 0.5:
            said[count // 2] = "printer"
        return " ".join(said)


def backlog(tickets: int, seed: int = 1) -> Iterator[Event[TicketEventData]]:
    """`tickets` whole lives of ten events, about a thousand of them going on at any moment."""
    chance = random.Random(seed)  # noqa: S311 - a fixture, to be the same every time
    texts = Words(chance)
    running: list[Iterator[Event[TicketEventData]]] = []
    for number in range(tickets):
        running.append(_life(number, chance, texts))
        yield next(running[-1])
        while len(running) > min(_AT_ONCE, tickets - 1):
            yield from _step(running, chance)
        for _ in range(EVENTS_A_TICKET - 2):
            yield from _step(running, chance)
    while running:
        yield from _step(running, chance)


def _step(
    running: list[Iterator[Event[TicketEventData]]], chance: random.Random
) -> Iterator[Event[TicketEventData]]:
    if not running:
        return
    at = chance.randrange(len(running))
    event = next(running[at], None)
    if event is None:
        running[at] = running[-1]
        running.pop()
    else:
        yield event


def _life(number: int, chance: random.Random, texts: Words) -> Iterator[Event[TicketEventData]]:
    subject = UUID(int=chance.getrandbits(128), version=4)
    requester = f"requester-{chance.randrange(_REQUESTERS)}"
    agent = Actor(ActorKind.AGENT, f"agent-{chance.randrange(_AGENTS)}")
    person = Actor(ActorKind.REQUESTER, requester)
    priority = chance.choice(tuple(Priority))
    at = EPOCH + timedelta(seconds=30 * number)
    for index, (actor, data) in enumerate(_facts(number, requester, person, agent, priority, at, texts)):
        moment = at + timedelta(minutes=7 * index)
        yield Event(
            id=UUID(int=chance.getrandbits(128), version=4),
            subject=str(subject),
            version=index + 1,
            conversation_version=index + 1,
            occurred_at=moment,
            recorded_at=moment,
            actor=actor,
            command_id=UUID(int=chance.getrandbits(128), version=4),
            correlation_id=UUID(int=chance.getrandbits(128), version=4),
            data=data,
        )


def _facts(  # noqa: PLR0913, PLR0917 - a life has so many parts
    number: int,
    requester: str,
    person: Actor,
    agent: Actor,
    priority: Priority,
    at: datetime,
    texts: Words,
) -> tuple[tuple[Actor, TicketEventData], ...]:
    due = at + 4 * _HOURS
    opened = TicketOpened(
        reference=f"CF-{number}0",
        subject=Plain(texts.text(7)),
        description=Plain(texts.text(50)),
        channel=Channel.WEB,
        priority=priority,
        requester=Requester(requester, Plain(f"Name of {requester}"), Plain(f"{requester}@example.com"), "Acme"),
        category="hardware",
        tags=("office",),
        fields={"site": "north", "floor": number % 9},
    )
    targeted = SlaTargeted(
        policy_id="standard",
        policy_version=1,
        calendar_version=None,
        basis=1,
        inputs=SlaInputs(priority, Channel.WEB),
        clocks=(
            ClockTarget(Clock.FIRST_RESPONSE, 1, at, due),
            ClockTarget(Clock.RESOLUTION, 1, at, due + 20 * _HOURS),
        ),
    )
    life: tuple[tuple[Actor, TicketEventData], ...] = (
        (person, opened),
        (_SERVICE, TicketAssigned(agent.id)),
        (_SLA, targeted),
        (agent, AgentReplied(Message(Plain(texts.text(40))), first_response=True)),
        (agent, CustomerAwaited()),
        (person, RequesterReplied(Message(Plain(texts.text(30))))),
        (agent, TicketNoted(Message(Plain(texts.text(20))))),
        (agent, PriorityChanged(Priority.P2, priority)),
        (agent, TicketResolved(1, agent.id)),
        (_SERVICE, TicketClosed(CloseReason.AUTO_CLOSE)),
    )
    return life if number % 5 else life[:-2]
