"""The clocks under faults: no due time fires twice or never, and none before it was due."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from services.sla.domain.books import Books
from services.sla.domain.commands import target_command
from services.sla.domain.evolve import evolve
from services.sla.domain.targets import targets
from services.sla.migrate import migrate
from services.sla.run import serve
from services.sla.sending import SOURCE
from shared.events.directory import DIRECTORY_EVENTS
from shared.events.envelope import Command
from shared.events.presets import PRESETS
from shared.events.ticket_commands import TicketCommandData
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaTargeted
from shared.events.wire import decode_event
from shared.runtime.broker_clock import BrokerClock
from shared.runtime.partition import partition_of
from shared.runtime.settings import Settings
from tests.faults.process import Process
from tests.faults.scene import impatient, pause, times
from tests.faults.sla_checker import TicketEvent, check
from tests.integration.sla.conftest import MINUTE, SECOND, promise, save
from tests.processing import OPEN, RITA, events, eventually, read_all, send, wish

SLACK = 3 * SECOND
_GOES = timedelta(minutes=10)


@pytest.fixture
def desk(settings: Settings) -> Settings:
    return impatient(settings)


@contextmanager
def at_work(settings: Settings, folder: Path, clocks: int = 1) -> Iterator[list[Process]]:
    """The processor, a promise of ten minutes, and that many services of the clocks."""
    migrate(settings)
    processor = Process(settings, folder, "services.intake", "processor")
    working = [Process(settings, folder, "services.sla") for _ in range(clocks)]
    try:
        for one in (processor, *working):
            one.await_ready()
        save(settings, ("policies/house", promise(first=10)))
        yield working
    finally:
        for one in (processor, *working):
            if one.process.poll() is None:
                one.kill()


def open_due(settings: Settings, moments: Sequence[datetime]) -> list[UUID]:
    """A ticket each, made as old as it takes for its first response to be due then."""
    tickets = [uuid4() for _ in moments]
    asked = [
        replace(wish(OPEN, ticket, RITA), occurred_at=moment - _GOES)
        for ticket, moment in zip(tickets, moments, strict=True)
    ]
    send(settings, asked)
    return tickets


def spread(begins: datetime, over: timedelta, count: int) -> list[datetime]:
    return [begins + over * number / count for number in range(count)]


def breached(settings: Settings) -> list[TicketEvent]:
    return [event for event in events(settings) if isinstance(event.data, SlaBreached)]


def judged(settings: Settings, tickets: Sequence[UUID], within_s: float = 60.0) -> None:
    """All of them are due by now: each has been warned of and breached, and the log is as it should be."""
    eventually(lambda: {event.subject for event in breached(settings)} >= set(map(str, tickets)), within_s)
    assert check(events(settings), datetime.now(UTC) - SLACK) == []


def sent(settings: Settings) -> int:
    """How many commands the clocks have sent in all."""
    found = (dict(message.headers() or []) for message in read_all(settings, "ticket.commands"))
    return sum(headers.get("ce_source") == SOURCE for headers in found)


def caught_up(settings: Settings) -> bool:
    """Everything that is on the log now is folded."""
    last: dict[int, int] = {}
    for message in read_all(settings, "ticket.events"):
        last[message.partition() or 0] = message.offset() or 0
    with psycopg.connect(settings.database_url) as connection:
        found = connection.execute("SELECT partition, next_offset FROM sla.projection_positions").fetchall()
    positions: dict[int, int] = dict(found)
    return all(positions.get(partition, 0) > offset for partition, offset in last.items())


def quiet(settings: Settings) -> int:
    """What was sent, once nothing is left to send."""
    eventually(lambda: caught_up(settings) and _nothing_left(settings), 60)
    return sent(settings)


def _nothing_left(settings: Settings) -> bool:
    with psycopg.connect(settings.database_url) as connection:
        wanting = connection.execute("SELECT count(*) FROM sla.tickets WHERE look_at IS NOT NULL").fetchone()
        due = connection.execute("SELECT count(*) FROM sla.timers WHERE try_at <= now()").fetchone()
    return (wanting, due) == ((0,), (0,))


def test_killed_again_and_again_while_timers_fire(desk: Settings, tmp_path: Path, chance: random.Random) -> None:
    with at_work(desk, tmp_path) as (clocks,):
        rounds = times(3)
        begins = datetime.now(UTC) + 4 * SECOND
        tickets = open_due(desk, spread(begins, rounds * 4 * SECOND, 300))
        for _ in range(rounds):
            pause(chance, 1.0, 3.0)
            clocks.kill()
            clocks.start()
            clocks.await_ready()
        judged(desk, tickets)


def test_two_share_the_work_and_one_is_killed(desk: Settings, tmp_path: Path, chance: random.Random) -> None:
    with at_work(desk, tmp_path, clocks=2) as both:
        rounds = times(2)
        tickets = open_due(desk, spread(datetime.now(UTC) + 2 * SECOND, rounds * 6 * SECOND, 300))
        for number in range(rounds):
            pause(chance, 1.0, 3.0)
            both[number % 2].kill()
            pause(chance, 0.5, 2.0)
            both[number % 2].start()
            both[number % 2].await_ready()
        judged(desk, tickets)


def test_down_for_an_hour_over_a_thousand_due_times(desk: Settings, tmp_path: Path) -> None:
    """What was promised is on record as the clocks would have had it; then they come back, an hour late."""
    with at_work(desk, tmp_path) as (clocks,):
        clocks.kill()
        tickets = open_due(desk, spread(datetime.now(UTC) - 60 * MINUTE, 59 * MINUTE, 1_000))
        eventually(lambda: len(events(desk)) == 1_000, 60)
        send(desk, promised(desk))
        eventually(lambda: sum(isinstance(one.data, SlaTargeted) for one in events(desk)) == 1_000, 60)
        clocks.start()
        judged(desk, tickets)
        log = [event for event in events(desk) if isinstance(event.data, SlaAtRisk | SlaBreached)]
        _in_due_order(desk)
    assert len(log) == 2_000
    assert max(one.recorded_at for one in log) - min(one.recorded_at for one in log) < 20 * SECOND


def test_clocks_set_back_and_forward_by_an_hour_change_nothing(desk: Settings, tmp_path: Path) -> None:
    """Two machines' wall clocks, one after the other: wrong from the start, and set while timers run."""
    with at_work(desk, tmp_path) as (clocks,):
        clocks.stop()
        tickets: list[UUID] = []
        for wrong in (timedelta(), -60 * MINUTE, 60 * MINUTE):
            asyncio.run(_with_wrong_clock(desk, wrong, tickets))
        judged(desk, tickets, 10)
        late = [one.recorded_at - one.data.due_at for one in breached(desk) if isinstance(one.data, SlaBreached)]
    assert len(late) == len(tickets)
    assert max(late) < 2 * SECOND


@dataclass
class Wall:
    """A machine's clock that somebody sets."""

    wrong: timedelta

    def read(self) -> datetime:
        return datetime.now(UTC) + self.wrong


async def _with_wrong_clock(settings: Settings, wrong: timedelta, tickets: list[UUID]) -> None:
    """It is wrong from the start, and set right, back and forward while there is more and more due."""
    wall, stop, ready = Wall(wrong), asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve(settings, BrokerClock(wall.read), stop, ready.set))
    await asyncio.wait_for(ready.wait(), 30)
    begins = datetime.now(UTC) + 2 * SECOND
    tickets += await asyncio.to_thread(open_due, settings, spread(begins, 6 * SECOND, 60))
    for set_to in (wrong, timedelta(), -60 * MINUTE, 60 * MINUTE):
        wall.wrong = set_to
        await asyncio.sleep(1.5)
    await asyncio.to_thread(eventually, lambda: len(breached(settings)) >= len(tickets), 30)
    stop.set()
    await serving


def test_emptied_and_rebuilt_from_the_log_nothing_fires_again(desk: Settings, tmp_path: Path) -> None:
    """What fired stays so, what will be due is the same as before, and what is due afterwards fires."""
    with at_work(desk, tmp_path) as (clocks,):
        past = open_due(desk, spread(datetime.now(UTC) - 60 * MINUTE, 59 * MINUTE, 100))
        judged(desk, past)
        coming = open_due(desk, [datetime.now(UTC) + 9 * MINUTE] * 5)
        eventually(lambda: _targeted(desk) >= set(map(str, coming)))
        before, waiting = quiet(desk), timers(desk)
        assert {ticket for ticket, *_ in waiting} == set(coming)
        for damage in ("DROP SCHEMA sla CASCADE", "UPDATE sla.projection_positions SET next_offset = 0"):
            assert clocks.stop() == 0
            with psycopg.connect(desk.database_url) as connection:
                connection.execute(damage)
            clocks.start()
            clocks.await_ready()
            assert quiet(desk) == before
            assert timers(desk) == waiting
        judged(desk, [*past, *open_due(desk, [datetime.now(UTC) + 2 * SECOND])])


def _targeted(settings: Settings) -> set[str]:
    return {event.subject for event in events(settings) if isinstance(event.data, SlaTargeted)}


def timers(settings: Settings) -> set[tuple[object, ...]]:
    with psycopg.connect(settings.database_url) as connection:
        return set(connection.execute("SELECT ticket_id, kind, clock, instance, fire_at FROM sla.timers"))


def promised(settings: Settings) -> list[Command[TicketCommandData]]:
    """As the clocks have it when a ticket is opened."""
    books = Books(PRESETS[settings.preset])
    for message in read_all(settings, "directory.events"):
        event = decode_event(DIRECTORY_EVENTS, message.headers(), message.value())  # type: ignore[arg-type] # headers are a list here
        books.fold(message.offset() or 0, event)
    commands = []
    for opening in events(settings):
        state = evolve(None, opening)
        target = None if state is None else targets(state, books)
        assert target is not None
        commands.append(
            target_command(target, UUID(opening.subject), opening.version, opening.recorded_at, opening)
        )
    return commands


def _in_due_order(settings: Settings) -> None:
    """Within a partition, which is as far as the log has an order."""
    targets_of = {
        (one.subject, clock.clock): clock
        for one in events(settings)
        if isinstance(one.data, SlaTargeted)
        for clock in one.data.clocks
    }
    by_partition: dict[int, list[datetime | None]] = defaultdict(list)
    for one in events(settings):
        partition = partition_of(one.subject.encode(), settings.partitions)
        match one.data:
            case SlaBreached(due_at=due_at):
                by_partition[partition].append(due_at)
            case SlaAtRisk(clock=clock):
                by_partition[partition].append(targets_of[one.subject, clock].at_risk_at)
            case _:
                pass
    for fired in by_partition.values():
        assert fired == sorted(fired, key=lambda at: at or datetime.max.replace(tzinfo=UTC))
