"""Figures of the projections: a backlog applied, freshness, and the queries that people ask most."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from confluent_kafka import Producer

from services.ops.environment import environment
from services.projections.migrate import migrate
from shared.events.envelope import Event
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.wire import event_headers
from shared.runtime.partition import PARTITIONER
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.bench.backlog import backlog
from tests.bench.queries import queries

Emit = Callable[[str, float, str, Sequence[float], float | None], None]
Events = Sequence[Event[TicketEventData]]

ROUNDS = 3
_TICKETS = 20_834
_EVENTS = 200_000
_RATE = 100
_SECONDS = 15
_APPLIED = "SELECT count(*) >= %s FROM ticket_events_v1"


def run(settings: Settings, emit: Emit) -> None:
    with _tuned(settings) as mine:
        applied(mine, emit)
        freshness(mine, emit)
        queries(_database(mine, "queries"), emit)


def applied(settings: Settings, emit: Emit) -> None:
    """In turn: a raw COPY of the event rows, then a projector's process that starts at the log's beginning."""
    events = list(backlog(_TICKETS))[:_EVENTS]
    _write(settings, events)
    copied: list[float] = []
    rates: list[float] = []
    for number in range(ROUNDS):
        database = _database(settings, f"round{number}")
        copied.append(len(events) / _copy(database, events))
        rates.append(len(events) / _project(database, len(events)))
    ratios = [rate / copy for rate, copy in zip(rates, copied, strict=True)]
    emit("projections.ratio_copy", statistics.median(ratios), "ratio", ratios, statistics.median(copied))
    emit("projections.events_per_s", statistics.median(rates), "1/s", rates, None)


def freshness(settings: Settings, emit: Emit) -> None:
    """From a committed transaction of one event to its row, at 100 events/s, the backlog applied before."""
    database = _database(settings, "fresh")
    producer = _producer(database)
    with _projector(database), psycopg.connect(database.database_url, autocommit=True) as connection:
        _when(connection, _APPLIED, _EVENTS, every_s=0.05)
        delays = asyncio.run(_delays(database, producer, connection))
    delays.sort()
    emit(
        "projections.freshness_p99_ms", delays[int(len(delays) * 0.99)], "ms", delays[:: len(delays) // 100], None
    )


async def _delays(settings: Settings, producer: Producer, connection: psycopg.Connection[Any]) -> list[float]:
    pending: dict[str, float] = {}
    delays: list[float] = []
    fresh = [event for event in backlog(_RATE * _SECONDS, seed=2) if event.version == 1]

    def write(event: Event[TicketEventData]) -> None:
        producer.begin_transaction()
        _produce(settings, producer, event)
        producer.commit_transaction()

    def look() -> None:
        seen = connection.execute("SELECT id::text FROM tickets WHERE id = ANY(%s::uuid[])", (list(pending),))
        at = time.perf_counter()
        for (subject,) in seen.fetchall():
            delays.append((at - pending.pop(subject)) * 1000)

    async def watch() -> None:
        while len(delays) < len(fresh):
            await asyncio.to_thread(look)
            await asyncio.sleep(0.002)

    watching = asyncio.create_task(watch())
    begin = time.perf_counter()
    for number, event in enumerate(fresh):
        await asyncio.sleep(max(0.0, begin + number / _RATE - time.perf_counter()))
        await asyncio.to_thread(write, event)
        pending[event.subject] = time.perf_counter()
    await asyncio.wait_for(watching, 30)
    return delays


@contextmanager
def _tuned(settings: Settings) -> Iterator[Settings]:
    """A topic prefix of its own; the server as it is."""
    mine = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}bench-{uuid4().hex[:6]}."})
    create_topics(mine)
    yield mine


def _database(settings: Settings, name: str) -> Settings:
    """Settings of an empty, migrated database beside the given one."""
    server, _, _ = settings.database_url.rpartition("/")
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("DROP DATABASE IF EXISTS {}").format(psycopg.sql.Identifier(name)))
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    mine = settings.model_copy(update={"database_url": f"{server}/{name}"})
    migrate(mine)
    return mine


def _producer(settings: Settings) -> Producer:
    producer = Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "transactional.id": f"bench-{uuid4()}",
            "partitioner": PARTITIONER,
            "linger.ms": 0,
            "retry.backoff.ms": 5,
            "queue.buffering.max.messages": 500_000,
        }
    )
    producer.init_transactions()
    return producer


def _produce(settings: Settings, producer: Producer, event: Event[TicketEventData]) -> None:
    producer.produce(
        settings.topic("ticket.events"),
        key=event.subject.encode(),
        value=TICKET_EVENTS.encode(event.data),
        headers=[*event_headers(event, TICKET_EVENTS.name_of(event.data), b"/bench")],
    )


def _write(settings: Settings, events: Events) -> None:
    producer = _producer(settings)
    for start in range(0, len(events), 2_000):
        producer.begin_transaction()
        for event in events[start : start + 2_000]:
            _produce(settings, producer, event)
        producer.commit_transaction()


def _copy(settings: Settings, events: Events) -> float:
    """Seconds for a COPY of the rows into a table with the same columns and key, by the same client."""
    rows = [
        (
            event.subject,
            event.version,
            event.conversation_version,
            0,
            event.id,
            TICKET_EVENTS.name_of(event.data),
            event.actor.kind.value,
            event.actor.id,
            event.recorded_at,
            event.occurred_at,
            event.command_id,
            event.correlation_id,
            event.cause_id,
            event.origin.value,
            event.implied,
            TICKET_EVENTS.encode(event.data).decode(),
        )
        for event in events
    ]
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("CREATE TABLE raw_events (LIKE ticket_events_v1 INCLUDING ALL)")
        connection.commit()
        begin = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy("COPY raw_events FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)
        connection.commit()
        took = time.perf_counter() - begin
        connection.execute("DROP TABLE raw_events")
    return took


def _project(settings: Settings, count: int) -> float:
    """Seconds from the moment that the process knows its partitions to the commit of the last event."""
    with (
        psycopg.connect(settings.database_url, autocommit=True) as connection,
        _projector(settings),
    ):
        begin = _when(connection, "SELECT count(*) >= %s FROM projection_positions", settings.partitions * 5)
        end = _when(connection, _APPLIED, count, every_s=0.05)
    return end - begin


def _when(
    connection: psycopg.Connection[Any], question: str, *parameters: object, every_s: float = 0.002
) -> float:
    deadline = time.perf_counter() + 300
    while time.perf_counter() < deadline:
        found = connection.execute(question, parameters).fetchone()
        if found is not None and found[0]:
            return time.perf_counter()
        time.sleep(every_s)
    raise TimeoutError(question)


@contextmanager
def _projector(settings: Settings) -> Iterator[None]:
    argv = [sys.executable, "-m", "services.projections", "projector"]
    process = subprocess.Popen(argv, env=environment(settings), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
