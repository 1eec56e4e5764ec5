"""Figures of the projections: a backlog applied, freshness, and the queries that people ask most."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import psycopg
from confluent_kafka import Producer

from services.projections.migrate import migrate
from services.projections.registry import TICKET_STREAM
from shared.events.envelope import Event
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.wire import event_headers
from shared.runtime.partition import PARTITIONER
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.bench.backlog import backlog
from tests.bench.freshness import freshness
from tests.bench.queries import queries
from tests.bench.running import running

Emit = Callable[[str, float, str, Sequence[float], float | None], None]
Events = Sequence[Event[TicketEventData]]

ROUNDS = 3
_TICKETS = 20_834
_EVENTS = 200_000
_APPLIED = "SELECT count(*) >= %s FROM ticket_events_v1"


def run(settings: Settings, emit: Emit) -> None:
    """Each on topics and in a database of its own."""
    applied(_own(settings, "applied"), emit)
    freshness(_database(_own(settings, "fresh"), "fresh"), emit)
    queries(_database(_own(settings, "queries"), "queries"), emit)


def applied(settings: Settings, emit: Emit) -> None:
    """In turn: a raw COPY of the event rows, then a projector's process that starts at the log's beginning."""
    events = list(backlog(_TICKETS))[:_EVENTS]
    write(settings, events)
    copied: list[float] = []
    rates: list[float] = []
    for number in range(ROUNDS):
        database = _database(settings, f"round{number}")
        copied.append(len(events) / _copy(database, events))
        rates.append(len(events) / _project(database, len(events)))
    ratios = [rate / copy for rate, copy in zip(rates, copied, strict=True)]
    emit("projections.ratio_copy", statistics.median(ratios), "ratio", ratios, statistics.median(copied))
    emit("projections.events_per_s", statistics.median(rates), "1/s", rates, None)


def _own(settings: Settings, name: str) -> Settings:
    mine = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}{name}."})
    create_topics(mine)
    return mine


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


def write(settings: Settings, events: Events) -> None:
    """Onto `ticket.events`, in transactions as the processor writes them."""
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
        running(settings, "services.projections", "projector", until_ready=False),
    ):
        placed = settings.partitions * len(TICKET_STREAM.models)
        begin = _when(connection, "SELECT count(*) >= %s FROM projection_positions", placed)
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
