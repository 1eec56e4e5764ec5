"""A poison event: to the dead letters, its ticket's later events wait, other tickets go on."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from confluent_kafka import Consumer

from services.projections.groups import TICKETS_GROUP
from services.projections.read_models.delivered import Delivered
from services.projections.registry import TICKET_STREAM
from shared.events.ticket_events import TICKET_EVENTS
from shared.events.ticket_promises import TicketEscalated
from shared.events.wire import event_headers
from shared.runtime.projecting.parked import listed, redrive
from shared.runtime.projecting.stream import LogRecord
from shared.runtime.settings import Settings
from tests.integration.projections.writing import Log, Rows, Running, Until
from tests.projecting import ASSIGNED, NOTED, OTHER, TICKET, Kept, happened, life

VERSIONS = "SELECT id, version FROM tickets ORDER BY id"
PARKED = "SELECT subject, value IS NULL, reason FROM parked_events ORDER BY log_offset"
UNKNOWN_TYPE = b"casefold.ticket.teleported.v1"
UNKNOWN = "the type 'casefold.ticket.teleported.v1' is not known here"
WAITING = [(str(TICKET), False, UNKNOWN), (str(TICKET), False, None)]


def poison(log: Log, version: int) -> None:
    """An event of a type that this version does not know, as a newer writer may send it."""
    headers = event_headers(happened(NOTED, version), UNKNOWN_TYPE.decode(), b"/tests")
    log.raw(TICKET, TICKET_EVENTS.encode(NOTED), headers)


@pytest.fixture
def dead_letters(settings: Settings) -> Iterator[Consumer]:
    consumer = Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "group.id": f"tests-{uuid4()}",
            "auto.offset.reset": "earliest",
            "topic.metadata.refresh.interval.ms": 200,
            "allow.auto.create.topics": False,
        }
    )
    consumer.subscribe([settings.topic(f"dead-letters.{TICKETS_GROUP}")])
    yield consumer
    consumer.close()


def next_letter(consumer: Consumer) -> dict[str, str]:
    for _ in range(60):
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            headers = dict(message.headers() or [])
            return {name: raw.decode() for name, raw in headers.items() if isinstance(raw, bytes)}
    pytest.fail("no dead letter came")


def newer(record: LogRecord) -> Delivered | None:
    """Reads as a later version would, which knows the type."""
    renamed = [
        (name, TICKET_EVENTS.name_of(NOTED).encode() if name == "ce_type" and raw == UNKNOWN_TYPE else raw)
        for name, raw in list(record.headers or [])
    ]
    return TICKET_STREAM.read(Kept(record.partition, record.offset, record.key, record.value, renamed))


async def test_a_poison_event_parks_its_ticket_and_no_other(
    log: Log, projecting: Running, until: Until, dead_letters: Consumer
) -> None:
    log.append(*life())
    poison(log, 2)
    log.append(happened(NOTED, 3), *life(ASSIGNED, ticket=OTHER))
    async with projecting():
        await until([(TICKET, 1), (OTHER, 2)], VERSIONS)
        await until(WAITING, PARKED)
    letter = next_letter(dead_letters)
    assert {name: letter[name] for name in ("ce_id", "dl_reason", "dl_topic", "dl_group")} == {
        "ce_id": str(happened(NOTED, 2).id),
        "dl_reason": UNKNOWN,
        "dl_topic": "ticket.events",
        "dl_group": "projector.v1",
    }
    assert int(letter["dl_partition"]) == log.partition(TICKET)


async def test_what_is_parked_stays_so_over_a_restart(log: Log, projecting: Running, until: Until) -> None:
    log.append(*life())
    poison(log, 2)
    async with projecting():
        await until(WAITING[:1], PARKED)
    log.append(happened(NOTED, 3), *life(ticket=OTHER))
    async with projecting():
        await until(WAITING, PARKED)
        await until([(TICKET, 1), (OTHER, 1)], VERSIONS)


async def test_a_redrive_applies_what_waits_in_order(
    log: Log, projecting: Running, settings: Settings, rows: Rows, until: Until
) -> None:
    log.append(*life())
    poison(log, 2)
    log.append(happened(NOTED, 3))
    async with projecting():
        await until(WAITING, PARKED)
        assert redrive(settings.database_url, TICKETS_GROUP) == 2
        await until([(None,), (None,)], "SELECT redrive_at FROM parked_events")
        assert await rows(PARKED) == WAITING
    async with projecting(replace(TICKET_STREAM, read=newer)):
        assert redrive(settings.database_url, TICKETS_GROUP, str(TICKET)) == 2
        await until([(TICKET, 3)], VERSIONS)
        await until([], PARKED)
        log.append(happened(NOTED, 4))
        await until([(TICKET, 4)], VERSIONS)
    assert await rows("SELECT version FROM ticket_comments ORDER BY version") == [(2,), (3,), (4,)]


async def test_a_row_that_the_database_refuses_is_poison(
    log: Log, projecting: Running, settings: Settings, until: Until
) -> None:
    beyond = TicketEscalated("k", "rule", 1, level=2**40, previous_level=0)
    log.append(
        *life(NOTED, beyond, NOTED),
        *life(ASSIGNED, ticket=OTHER),
        happened(ASSIGNED, 5),
        happened(NOTED, 3, ticket=OTHER),
    )
    async with projecting():
        await until([(TICKET, 2), (OTHER, 3)], VERSIONS)
    assert [(one.subject, one.reason) for one in listed(settings.database_url)] == [
        (str(TICKET), "PostgreSQL refuses the row: NumericValueOutOfRange (22003)"),
        (str(TICKET), None),
        (str(TICKET), None),
    ]


async def test_a_ticket_id_in_another_form_is_poison(log: Log, projecting: Running, until: Until) -> None:
    wrong = replace(happened(NOTED, 1), subject=str(TICKET).upper())
    log.append(wrong, *life(ticket=OTHER))
    async with projecting():
        await until([(OTHER, 1)], VERSIONS)
        await until(
            [(str(TICKET).upper(), False, "the subject is not a ticket's id in its canonical form")], PARKED
        )


async def test_signs_that_the_database_cannot_hold_are_replaced(
    log: Log, projecting: Running, rows: Rows, until: Until
) -> None:
    nul = b'{"message":{"body":{"value":"a\\u0000b \\\\u0000","alg":"none"},"format":"text"}}'
    log.append(*life())
    log.raw(TICKET, nul, event_headers(happened(NOTED, 2), TICKET_EVENTS.name_of(NOTED), b"/tests"))
    async with projecting():
        await until([(TICKET, 2)], VERSIONS)
    assert await rows("SELECT body FROM ticket_comments") == [("a\ufffdb \\u0000",)]
    assert await rows("SELECT payload->'message'->'body'->>'value' FROM ticket_events WHERE version = 2") == [
        ("a\ufffdb \\u0000",)
    ]
