"""Figures of the router as it runs: from an opened ticket to its assignment, and events taken from a backlog."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from confluent_kafka import Message

from services.router.group import GROUP, REQUESTS, TOPICS
from shared.events.directory import SaveRecord
from shared.events.directory_records import Agent, Team
from shared.events.envelope import Actor, ActorKind
from shared.events.personal import Plain
from shared.runtime.groups import At, committed, ends, provision
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.bench.backlog import backlog
from tests.bench.projections import write
from tests.bench.running import running
from tests.integration.router.conftest import beating, online
from tests.processing import OPEN, RITA, agent_events, eventually, post, read_all, send, sender, wish
from tests.servers import embedded_redis, process_home, started

Emit = Callable[[str, float, str, Sequence[float], float | None], None]

AGENTS, RATE, SECONDS, WARM_S = 200, 50, 30, 5
ROUNDS, TICKETS, EVENTS = 3, 2_000, 20_000
_PATIENCE_S = 300.0
_ADMIN = Actor(ActorKind.ADMIN, "amy")


def run(settings: Settings, emit: Emit) -> None:
    """Each on topics of its own."""
    with _with_redis(settings) as mine:
        _assigned(_own(mine, "assigned"), emit)
        _events_per_s(mine, emit)


@contextmanager
def _with_redis(settings: Settings) -> Iterator[Settings]:
    home = settings.home / "redis"
    home.mkdir(parents=True)
    with process_home(home) as processes, started(embedded_redis(processes)) as redis:
        yield settings.model_copy(update={"redis_url": redis.address})


def _own(settings: Settings, name: str) -> Settings:
    mine = settings.model_copy(update={"topic_prefix": f"{name}."})
    create_topics(mine)
    provision(mine, GROUP, TOPICS)
    return mine


def _assigned(settings: Settings, emit: Emit) -> None:
    """By the times at which the processor wrote the two events, 50 tickets a second among 200 agents."""
    names = [f"agent-{number:03}" for number in range(AGENTS)]
    with (
        running(settings, "services.intake", "processor"),
        running(settings, "services.router"),
        beating(settings, *names),
    ):
        send(settings, [wish(SaveRecord(Team("Support")), "teams/support", _ADMIN)])
        person = Agent(Plain("Somebody"), "support", max_load=50)
        send(settings, [wish(SaveRecord(person), f"agents/{name}", _ADMIN) for name in names])
        eventually(lambda: len({event.subject for event in agent_events(settings)}) == AGENTS, _PATIENCE_S)
        online(settings, *names)
        eventually(lambda: _there(settings) >= set(names), _PATIENCE_S)
        _open_steadily(settings)
        wanted = RATE * SECONDS
        eventually(lambda: len(_times(settings, b"assigned")) == wanted, _PATIENCE_S)
    opened, assigned = _times(settings, b"opened"), _times(settings, b"assigned")
    waits = sorted(float(assigned[key] - opened[key]) for key in list(opened)[RATE * WARM_S :])
    percentiles = [waits[len(waits) * share // 100] for share in range(1, 100)]
    emit("router.assigned_p99_ms", percentiles[98], "ms", percentiles, None)


def _there(settings: Settings) -> set[str]:
    found = (message.key() or b"" for message in read_all(settings, REQUESTS))
    return {key.decode().removeprefix("presence/") for key in found if key.startswith(b"presence/")}


def _open_steadily(settings: Settings) -> None:
    producer = sender(settings)
    begin = time.perf_counter()
    for number in range(RATE * SECONDS):
        time.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        post(producer, settings, [wish(OPEN, uuid4(), RITA)])
    producer.flush()


def _times(settings: Settings, name: bytes) -> dict[bytes, int]:
    """Of each ticket the time at which its event of that name was written, in milliseconds, in that order."""
    wanted = b"casefold.ticket." + name + b".v1"
    found = [one for one in read_all(settings, "ticket.events") if _type(one) == wanted]
    return {one.key() or b"": one.timestamp()[1] for one in sorted(found, key=lambda one: one.timestamp()[1])}


def _type(message: Message) -> object:
    return dict(message.headers() or []).get("ce_type")


def _events_per_s(settings: Settings, emit: Emit) -> None:
    """Lives of tickets as a help desk makes them; from ready until all is translated and decided."""
    rates = []
    for number in range(ROUNDS):
        mine = _own(settings, f"backlog{number}")
        events = list(backlog(TICKETS))[:EVENTS]
        write(mine, events)
        with running(mine, "services.router"):
            begun = time.monotonic()
            eventually(lambda mine=mine: _done(mine), _PATIENCE_S)  # type: ignore[misc] # mypy cannot infer a lambda's default
            rates.append(len(events) / (time.monotonic() - begun))
    emit("router.events_per_s", statistics.median(rates), "1/s", rates, None)


def _done(settings: Settings) -> bool:
    """Committed are the ends of both topics; requests follow from events, so events come first."""
    for topic in ("ticket.events", REQUESTS):
        after = ends(settings, [topic], At.END)
        stands = committed(settings, GROUP, [topic])
        behind = sum(end - (stands[place] or 0) for place, end in after.items())
        if behind > len(after):  # the marks of transactions are nothing to commit
            return False
    return True
