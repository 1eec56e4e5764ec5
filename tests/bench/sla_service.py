"""Figures of the clocks as they run: how late they fire, events from a backlog, and what they cost while idle."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg

from services.sla.group import own_database
from shared.events.ticket_values import Priority
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.bench.backlog import backlog
from tests.bench.projections import write
from tests.bench.running import running
from tests.bench.sla_fixture import cost_of, load, say, sizes
from tests.processing import OPEN, RITA, eventually, read_all, send, wish

Emit = Callable[[str, float, str, Sequence[float], float | None], None]

DUE = 10_000
ROUNDS, TICKETS, EVENTS = 3, 5_000, 40_000
IDLE_S, SETTLE_S = 30.0, 5.0
_PATIENCE_S = 240.0
_PROMISED = timedelta(hours=1)
"""The standard preset's first response to P1."""
_TIME_TO_PREPARE = timedelta(seconds=75)


def run(settings: Settings, emit: Emit) -> None:
    """Each on topics of its own; a million clocks run behind the first two."""
    mine = _own(settings, "clocks")
    load(mine)
    with running(mine, "services.sla"):
        time.sleep(SETTLE_S)
        sizes(mine)
        _idle(emit)
        with running(mine, "services.intake", "processor"):
            _late(mine, emit)
    _events_per_s(_own(settings, "backlog"), emit)


def _own(settings: Settings, name: str) -> Settings:
    mine = settings.model_copy(update={"topic_prefix": f"{name}."})
    create_topics(mine)
    return mine


def _idle(emit: Emit) -> None:
    """Processor time of the service's process; PostgreSQL's is said beside it."""
    before, begun = (cost_of("services.sla"), cost_of("postgres")), time.monotonic()
    time.sleep(IDLE_S)
    passed = time.monotonic() - begun
    share, database = (
        (after - was) / passed
        for after, was in zip((cost_of("services.sla"), cost_of("postgres")), before, strict=True)
    )
    say(f"idle: {share:.4f} of a core; PostgreSQL {database:.4f}")
    emit("sla.idle_cpu_share", share, "ratio", [share], None)


def _late(settings: Settings, emit: Emit) -> None:
    """From when a clock is due to when the processor wrote its breach; they are opened as old as that takes."""
    due = datetime.now(UTC) + _TIME_TO_PREPARE
    opening = replace(OPEN, priority=Priority.P1)
    send(
        settings,
        [
            replace(wish(opening, uuid4(), RITA), occurred_at=due + timedelta(seconds=number / DUE) - _PROMISED)
            for number in range(DUE)
        ],
    )
    eventually(lambda: len(_written(settings, b"sla_at_risk")) == DUE, _PATIENCE_S)
    left = (due - datetime.now(UTC)).total_seconds()
    say(f"prepared {left:.0f} s before they are due")
    if left < 1:
        raise TimeoutError("the machine was too slow to prepare the clocks before they were due")
    time.sleep(left + SETTLE_S)
    eventually(lambda: len(_written(settings, b"sla_breached")) == DUE, _PATIENCE_S)
    opened, breached = _written(settings, b"opened"), _written(settings, b"sla_breached")
    late = sorted((breached[key][0] - opened[key][1] - _PROMISED).total_seconds() for key in breached)
    say(f"late: first {late[0]:.3f} s, median {late[DUE // 2]:.3f} s, last {late[-1]:.3f} s")
    emit("sla.late_max_s", late[-1], "s", [late[DUE * share // 100] for share in range(1, 100)], None)


def _written(settings: Settings, name: bytes) -> dict[bytes, tuple[datetime, datetime]]:
    """Of each ticket when its event of that name was written, and when it occurred."""
    wanted = b"casefold.ticket." + name + b".v1"
    found: dict[bytes, tuple[datetime, datetime]] = {}
    for one in read_all(settings, "ticket.events"):
        headers = dict(one.headers() or [])
        if headers["ce_type"] == wanted:
            at = datetime.fromtimestamp(one.timestamp()[1] / 1000, UTC)
            occurred = headers["ce_time"]
            assert isinstance(occurred, bytes)
            found[one.key() or b""] = at, datetime.fromisoformat(occurred.decode())
    return found


def _events_per_s(settings: Settings, emit: Emit) -> None:
    """Lives of tickets as a help desk makes them; from ready until all are folded, each time into empty tables."""
    write(settings, list(backlog(TICKETS))[:EVENTS])
    last: dict[int, int] = {}
    for message in read_all(settings, "ticket.events"):
        last[message.partition() or 0] = message.offset() or 0
    rates, costs = [], []
    for _ in range(ROUNDS):
        with psycopg.connect(settings.database_url) as connection:
            connection.execute("DROP SCHEMA IF EXISTS sla CASCADE")
        with running(settings, "services.sla"):
            begun, cost = time.monotonic(), cost_of("services.sla")
            eventually(lambda: _folded(settings, last), _PATIENCE_S)
            rates.append(EVENTS / (time.monotonic() - begun))
            costs.append((cost_of("services.sla") - cost) / EVENTS)
    say(f"{statistics.median(costs) * 1e6:.0f} microseconds of the service's processor time an event")
    emit("sla.events_per_s", statistics.median(rates), "1/s", rates, None)


def _folded(settings: Settings, last: dict[int, int]) -> bool:
    with psycopg.connect(own_database(settings)) as connection:
        found = connection.execute("SELECT partition, next_offset FROM projection_positions").fetchall()
    positions: dict[int, int] = dict(found)
    return all(positions.get(partition, 0) > offset for partition, offset in last.items())
