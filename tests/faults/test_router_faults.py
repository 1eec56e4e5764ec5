"""The router under faults: no limit is passed, no slot leaks, nobody waits while someone could take it."""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

import pytest
import redis as redis_client

from services.router.group import GROUP, TOPICS
from shared.events.agent import SlotPurpose
from shared.events.directory_records import RoutingPolicy
from shared.events.presence import PRESENCE_EVENTS
from shared.events.routing import Presence
from shared.events.ticket_commands import ResolveTicket
from shared.events.ticket_events import TicketAssigned, TicketUnassigned
from shared.events.ticket_values import Status
from shared.events.wire import decode_event
from shared.runtime.groups import provision
from shared.runtime.settings import Settings
from tests.faults.process import Process
from tests.faults.scene import impatient, pause, times
from tests.integration.router.conftest import beating, hire, online, person, save
from tests.processing import OPEN, RITA, agent_events, events, eventually, read_all, send, wish
from tests.servers import embedded_redis, process_home, started
from tests.slots import folded, granted_below_the_limit, slots_due, slots_held

AGENTS = tuple(f"agent-{number}" for number in range(6))
MAX_LOAD = 3
RATE = 8.0
_SOLVED_AFTER_S = (2.0, 4.0, 8.0)


class Requesters:
    """Open tickets at a steady rate; each is solved some seconds later, or later still if that was too early."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._over = threading.Event()
        self._later: deque[tuple[float, UUID]] = deque()
        self.opened: list[UUID] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        begun = time.monotonic()
        while not self._over.is_set():
            if len(self.opened) < (time.monotonic() - begun) * RATE:
                self._open()
            now = time.monotonic()
            while self._later and min(self._later)[0] <= now:
                due = min(self._later)
                self._later.remove(due)
                send(self._settings, [wish(ResolveTicket(), due[1])])
            time.sleep(0.02)

    def _open(self) -> None:
        ticket = uuid4()
        self.opened.append(ticket)
        send(self._settings, [wish(OPEN, ticket, RITA)])
        self._later.extend((time.monotonic() + after, ticket) for after in _SOLVED_AFTER_S)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(10)


@contextmanager
def at_work(settings: Settings, folder: Path, routers: int = 1) -> Iterator[tuple[Process, list[Process]]]:
    """The processor and that many routers, agents online and heard."""
    provision(settings, GROUP, TOPICS)
    processor = Process(settings, folder, "services.intake", "processor")
    both = [Process(settings, folder, "services.router") for _ in range(routers)]
    try:
        for one in (processor, *both):
            one.await_ready()
        with beating(settings, *AGENTS):
            hire(settings, **{name: person(max_load=MAX_LOAD) for name in AGENTS})
            eventually(lambda: {event.subject for event in agent_events(settings)} >= set(AGENTS), 60)
            online(settings, *AGENTS)
            yield processor, both
    finally:
        for one in (processor, *both):
            if one.process.poll() is None:
                one.kill()


def judged(settings: Settings, opened: Sequence[UUID]) -> None:
    """By the logs alone; whoever could be given a ticket has it within ten seconds of the last fault."""
    eventually(lambda: _settled(settings, opened), 10)
    tickets, agents = folded(settings)
    assert slots_held(agents) == slots_due(tickets), "a slot leaked or is missing"
    assert granted_below_the_limit(settings, SlotPurpose.ROUTED) > 0, "nothing was routed"
    _one_assignee_at_a_time(settings)


def _settled(settings: Settings, opened: Sequence[UUID]) -> bool:
    """Every ticket is there, and whoever waits does so because everybody is full."""
    tickets, agents = folded(settings)
    waits = [ticket for ticket in tickets.values() if ticket.assignee_id is None and ticket.status is Status.NEW]
    full = all(agents[name].load >= MAX_LOAD for name in AGENTS)
    return {ticket.id for ticket in tickets.values()} >= set(opened) and (not waits or full)


def _one_assignee_at_a_time(settings: Settings) -> None:
    """The router gives a ticket only where nobody has it."""
    has: dict[str, str | None] = {}
    for event in events(settings):
        match event.data:
            case TicketAssigned(assignee_id=agent, explanation=explanation):
                assert explanation is None or has.get(event.subject) is None, event
                has[event.subject] = agent
            case TicketUnassigned():
                has[event.subject] = None
            case _:
                pass


@pytest.fixture
def desk(settings: Settings, redis: str) -> Settings:
    return impatient(settings).model_copy(update={"redis_url": redis})


def test_router_and_processor_killed_under_load(desk: Settings, tmp_path: Path, chance: random.Random) -> None:
    with at_work(desk, tmp_path) as (processor, (router,)), Requesters(desk) as requesters:
        for number in range(times(2)):
            pause(chance, 2.0, 5.0)
            victim = processor if number % 2 else router
            victim.kill()
            victim.start()
            victim.await_ready()
        pause(chance, 2.0, 3.0)
        requesters.stop()
        judged(desk, requesters.opened)
        assert router.stop() == 0


def test_two_routers_of_which_the_deciding_one_is_killed(
    desk: Settings, tmp_path: Path, chance: random.Random
) -> None:
    with at_work(desk, tmp_path, routers=2) as (_, routers), Requesters(desk) as requesters:
        for number in range(times(2)):
            pause(chance, 2.0, 5.0)
            victim = routers[number % 2]
            victim.kill()
            pause(chance, 0.5, 2.0)
            victim.start()
            victim.await_ready()
        pause(chance, 2.0, 3.0)
        requesters.stop()
        judged(desk, requesters.opened)


def test_redis_emptied(desk: Settings, tmp_path: Path, chance: random.Random) -> None:
    """Emptied, presence is known still; nothing is lost, and nothing is assigned twice."""
    with at_work(desk, tmp_path), Requesters(desk) as requesters:
        for _ in range(times(2)):
            pause(chance, 1.0, 3.0)
            with redis_client.Redis.from_url(desk.redis_url) as client:
                client.delete(desk.topic("presence"))
        pause(chance, 2.0, 3.0)
        requesters.stop()
        judged(desk, requesters.opened)
    given = Counter(event.subject for event in events(desk) if isinstance(event.data, TicketAssigned))
    assert set(given.values()) == {1}


def test_redis_gone_for_longer_than_a_heartbeat_is_fresh(
    settings: Settings, tmp_path: Path, chance: random.Random
) -> None:
    """Nobody is known to be there, so tickets wait; none is lost, and none is assigned twice."""
    with process_home(tmp_path / "redis") as processes, started(embedded_redis(processes)) as redis:
        desk = impatient(settings).model_copy(update={"redis_url": redis.address})
        with at_work(desk, tmp_path), Requesters(desk) as requesters:
            save(desk, ("policies/routing", RoutingPolicy(heartbeat_fresh=timedelta(seconds=2))))
            for _ in range(times(1)):
                eventually(lambda: _there(desk) == set(AGENTS), 60)
                pause(chance, 1.0, 3.0)
                redis.kill()
                eventually(lambda: _there(desk) == set(), 60)
                pause(chance, 1.0, 3.0)
                redis.start()
            eventually(lambda: _there(desk) == set(AGENTS), 60)
            requesters.stop()
            judged(desk, requesters.opened)
    given = Counter(event.subject for event in events(desk) if isinstance(event.data, TicketAssigned))
    assert set(given.values()) == {1}


def _there(settings: Settings) -> set[str]:
    """Who is present by what is on record last."""
    last: dict[str, Presence] = {}
    for one in read_all(settings, "presence.events"):
        event = decode_event(PRESENCE_EVENTS, list(dict(one.headers() or ()).items()), one.value())
        last[event.subject] = event.data.presence
    return {agent for agent, presence in last.items() if presence is Presence.PRESENT}


def test_the_directory_changes_while_router_and_processor_are_killed(
    desk: Settings, tmp_path: Path, chance: random.Random
) -> None:
    """Somebody leaves and returns, and a limit is lowered and raised, whoever is away just then."""
    here = person(max_load=MAX_LOAD)
    with at_work(desk, tmp_path) as (processor, (router,)), Requesters(desk) as requesters:
        for number in range(times(2)):
            pause(chance, 2.0, 4.0)
            victim = (router, processor)[number % 2]
            save(
                desk,
                ("agents/agent-0", replace(here, active=False)),
                ("agents/agent-1", replace(here, max_load=1)),
            )
            pause(chance, 0.0, 0.3)
            victim.kill()
            save(desk, ("agents/agent-0", here), ("agents/agent-1", here))
            victim.start()
            victim.await_ready()
        pause(chance, 2.0, 3.0)
        requesters.stop()
        judged(desk, requesters.opened)
