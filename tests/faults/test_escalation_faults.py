"""The escalation rules under faults: every breach escalates its ticket, once, whatever dies meanwhile."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.escalation.group import GROUP, TOPICS
from shared.events.ticket_promises import EscalationActionRequested, SlaBreached, TicketEscalated
from shared.runtime.groups import provision
from shared.runtime.settings import Settings
from tests.faults.process import Process
from tests.faults.scene import impatient, pause, times
from tests.integration.escalation.conftest import break_promise
from tests.processing import OPEN, RITA, events, eventually, send, wish

_AT_ONCE = 40


@pytest.fixture
def desk(settings: Settings) -> Settings:
    return impatient(settings)


@contextmanager
def at_work(settings: Settings, folder: Path, rules: int = 1) -> Iterator[tuple[Process, list[Process]]]:
    """The processor, and that many processes of the rules."""
    provision(settings, GROUP, TOPICS)
    processor = Process(settings, folder, "services.intake", "processor")
    working = [Process(settings, folder, "services.escalation") for _ in range(rules)]
    try:
        for one in (processor, *working):
            one.await_ready()
        yield processor, working
    finally:
        for one in (processor, *working):
            if one.process.poll() is None:
                one.kill()


def break_some(settings: Settings) -> list[UUID]:
    tickets = [uuid4() for _ in range(_AT_ONCE)]
    send(settings, [wish(OPEN, ticket, RITA) for ticket in tickets])
    for ticket in tickets:
        break_promise(settings, ticket)
    return tickets


def judged(settings: Settings, broken: Sequence[UUID]) -> None:
    """By the log alone: each breach led to one escalation and one request to tell somebody, and to no more."""
    wanted = {str(ticket) for ticket in broken}
    eventually(lambda: set(_told(settings)) >= wanted, 60)
    found = events(settings)
    breaches = Counter(event.subject for event in found if isinstance(event.data, SlaBreached))
    levels = Counter(event.subject for event in found if isinstance(event.data, TicketEscalated))
    assert breaches == levels == Counter(_told(settings)) == Counter(wanted)


def _told(settings: Settings) -> list[str]:
    return [event.subject for event in events(settings) if isinstance(event.data, EscalationActionRequested)]


def test_killed_while_promises_break(desk: Settings, tmp_path: Path, chance: random.Random) -> None:
    with at_work(desk, tmp_path) as (processor, (rules,)):
        broken: list[UUID] = []
        for number in range(times(3)):
            broken += break_some(desk)
            pause(chance, 0.2, 1.5)
            victim = processor if number % 3 == 2 else rules
            victim.kill()
            victim.start()
            victim.await_ready()
        judged(desk, broken)
        assert rules.stop() == 0


def test_two_of_which_one_is_killed(desk: Settings, tmp_path: Path, chance: random.Random) -> None:
    with at_work(desk, tmp_path, rules=2) as (_, both):
        broken: list[UUID] = []
        for number in range(times(2)):
            broken += break_some(desk)
            pause(chance, 0.2, 1.5)
            victim = both[number % 2]
            victim.kill()
            broken += break_some(desk)
            victim.start()
            victim.await_ready()
        judged(desk, broken)
