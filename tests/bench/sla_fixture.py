"""A million running clocks, bulk-written as the service would have folded them; and what processes cost."""

import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psutil
import psycopg

from services.sla.directory import Directory
from services.sla.domain.evolve import evolve
from services.sla.domain.fires import Fire
from services.sla.domain.stored import encode
from services.sla.domain.ticket import TicketClocks
from services.sla.group import own_database
from services.sla.migrate import migrate
from services.sla.terms import Terms
from shared.events.presets import PRESETS
from shared.events.ticket_promises import SlaTargeted
from shared.runtime.partition import partition_of
from shared.runtime.settings import Settings
from tests.projecting import OPENED, happened

CLOCKS = 1_000_000
_CLOCKS_A_TICKET = 2
_AGES = 1_000
_OLDEST = timedelta(hours=12)
"""The standard preset warns of a P3 after 19 hours and 12 minutes."""
_MIB = 1024 * 1024


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def load(settings: Settings) -> None:
    """First responses and resolutions of tickets that are up to twelve hours old."""
    migrate(settings)
    terms = Terms(Directory(PRESETS[settings.preset]), settings)
    now = datetime.now(UTC)
    ages = [_aged(terms, now - _OLDEST * number / _AGES) for number in range(_AGES)]
    partitions = list(range(settings.partitions))
    with psycopg.connect(own_database(settings), autocommit=True) as connection:
        with connection.transaction():
            tickets = list(_tickets(settings.partitions))
            with connection.cursor().copy(
                "COPY tickets (ticket_id, partition, version, basis, state) FROM STDIN"
            ) as rows:
                for number, (ticket, partition) in enumerate(tickets):
                    rows.write_row((ticket, partition, 2, 1, ages[number % _AGES][0]))
            with connection.cursor().copy(
                "COPY timers (ticket_id, kind, clock, instance, partition, mark, fire_at, try_at) FROM STDIN"
            ) as rows:
                for number, (ticket, partition) in enumerate(tickets):
                    for fire in ages[number % _AGES][1]:
                        rows.write_row(
                            (ticket, fire.kind, fire.clock, fire.instance, partition, fire.mark, fire.at, fire.at)
                        )
            connection.execute(
                "INSERT INTO fitted SELECT partition, %s FROM unnest(%s::integer[]) AS held (partition)",
                (terms.basis, partitions),
            )
        connection.execute("VACUUM ANALYZE")


def _tickets(partitions: int) -> Iterator[tuple[str, int]]:
    for _ in range(CLOCKS // _CLOCKS_A_TICKET):
        ticket = str(uuid4())
        yield ticket, partition_of(ticket.encode(), partitions)


def _aged(terms: Terms, opened_at: datetime) -> tuple[bytes, tuple[Fire, ...]]:
    """A ticket of that age, as its row has it, and what may fire."""
    state = _folded(terms, opened_at)
    assert len(state.clocks) == _CLOCKS_A_TICKET
    return encode(state), terms.fires(state, None)


def _folded(terms: Terms, opened_at: datetime) -> TicketClocks:
    opened = evolve(None, happened(OPENED, 1, at=opened_at))
    assert opened is not None
    target = terms.target(opened)
    assert target is not None
    targeted = SlaTargeted(
        target.policy_id,
        target.policy_version,
        target.calendar_version,
        target.basis,
        target.inputs,
        target.clocks,
        directory_offset=target.directory_offset,
    )
    after = evolve(opened, happened(targeted, 2))
    assert after is not None
    return after


def sizes(settings: Settings) -> None:
    """Of the service's tables with their indexes, and of its process."""
    with psycopg.connect(own_database(settings)) as connection:
        for table in ("tickets", "timers"):
            (size,) = connection.execute("SELECT pg_total_relation_size(%s)", (table,)).fetchone() or (0,)
            say(f"{table}: {size / _MIB:.0f} MiB")
    memory = sum(process.memory_info().rss for process in _processes("services.sla"))
    say(f"the service's process: {memory / _MIB:.0f} MiB")


def cost_of(name: str) -> float:
    """Processor time, in seconds, of all that this benchmark has running under that name."""
    cost = 0.0
    for process in _processes(name):
        with contextlib.suppress(psutil.NoSuchProcess):
            cost += sum(process.cpu_times()[:2])
    return cost


def _processes(name: str) -> list[psutil.Process]:
    """Connections to a database come and go meanwhile."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(name in word for word in process.cmdline()):
                found.append(process)
    return found
