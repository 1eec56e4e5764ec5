"""The projector on a real log and a real database: each event once, whatever happens."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from confluent_kafka.admin import AdminClient

from services.ops.embedded.postgres import Postgres
from services.projections.groups import TICKETS_GROUP
from services.projections.history import history
from services.projections.migrate import migrate
from services.projections.read_models import sla_timers
from services.projections.read_models.delivered import TicketEvent
from services.projections.read_models.ticket_row import TicketRow
from services.projections.read_models.tickets import VersionGap, evolve
from services.projections.registry import TICKET_STREAM
from services.projections.writes.sla_timers import Timers, stored_timers
from services.projections.writes.tickets import stored_tickets
from shared.events.personal import IdentityCodec
from shared.events.ticket_changes import TicketRetitled
from shared.events.ticket_events import CustomerAwaited, MessageRedacted, TicketResolved
from shared.runtime.projecting.apply import Applier, read
from shared.runtime.projecting.consumer import LogIncomplete, Projector
from shared.runtime.projecting.positions import PartitionLost, place
from shared.runtime.settings import Settings
from shared.runtime.topics import TOPICS, create_topics, topic_ids
from tests.bench.backlog import backlog
from tests.integration.projections.writing import Log, Rows, Running, Until
from tests.projecting import ANSWERED, ASSIGNED, NOTED, OTHER, THANKED, TICKET, happened, kept, life

VERSIONS = "SELECT id, version FROM tickets ORDER BY id"
WHOLE = life(ASSIGNED, ANSWERED, CustomerAwaited(), THANKED, NOTED, TicketResolved(1, "ada"))
TABLES = ("tickets", "ticket_events", "ticket_comments", "ticket_search", "users", "sla_timers")


async def everything(rows: Rows) -> dict[str, list[tuple[Any, ...]]]:
    return {table: await rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES}  # noqa: S608 - constants


def folded(events: Iterable[TicketEvent]) -> dict[str, TicketRow]:
    """Each ticket's row, by the read model's own fold."""
    found: dict[str, TicketRow] = {}
    for event in events:
        found[event.subject] = evolve(found.get(event.subject), event, IdentityCodec())
    return found


def folded_timers(events: Iterable[TicketEvent]) -> dict[str, Timers]:
    found: dict[str, Timers] = {}
    for event in events:
        known = found.get(event.subject, {})
        for row in list(sla_timers.evolve(known.values(), event)):
            found.setdefault(event.subject, {})[row.clock, row.instance] = row
    return found


async def test_a_life_becomes_rows(
    log: Log, projecting: Running, rows: Rows, until: Until, tables: psycopg.AsyncConnection[Any]
) -> None:
    log.append(*WHOLE[:3])
    async with projecting():
        log.append(*WHOLE[3:])
        await until([(TICKET, 7)], VERSIONS)
    assert await stored_tickets(tables, [str(TICKET)]) == folded(WHOLE)
    assert [event async for event in history(tables, [TICKET])] == list(WHOLE)
    assert await rows("SELECT version, author_id, internal, body FROM ticket_comments ORDER BY version") == [
        (3, "ada", False, "Have you tried water?"),
        (5, "ada", False, "It helped, thank you."),
        (6, "ada", True, "Do not tell her that it was the wrong printer."),
    ]
    assert await rows("SELECT id, kind, name, email, organisation FROM users ORDER BY id") == [
        ("ada", "agent", None, None, None),
        ("rita", "requester", "Rita Möller", "rita@example.com", "Acme"),
    ]


async def test_an_aborted_transaction_is_never_seen(
    log: Log, projecting: Running, rows: Rows, until: Until
) -> None:
    log.append(*life())
    log.abort(happened(TicketRetitled(ANSWERED.message.body), 2))
    async with projecting():
        log.abort(happened(TicketResolved(1), 2))
        log.append(happened(ASSIGNED, 2))
        await until([(TICKET, 2)], VERSIONS)
    assert await rows("SELECT version, event_type FROM ticket_events ORDER BY version") == [
        (1, "casefold.ticket.opened.v1"),
        (2, "casefold.ticket.assigned.v1"),
    ]


async def test_a_second_delivery_changes_nothing(
    log: Log, projecting: Running, rows: Rows, until: Until, tables: psycopg.AsyncConnection[Any]
) -> None:
    log.append(*WHOLE, happened(MessageRedacted(3, "named a person"), 8))
    async with projecting():
        await until([(TICKET, 8)], VERSIONS)
    once = await everything(rows)
    reached = await rows("SELECT * FROM projection_positions ORDER BY model, partition")
    await tables.execute("UPDATE projection_positions SET next_offset = 0")
    async with projecting():
        await until(reached, "SELECT * FROM projection_positions ORDER BY model, partition")
    assert await everything(rows) == once


async def test_a_backlog_becomes_the_folds_of_its_tickets_however_often_it_is_read(
    log: Log, projecting: Running, rows: Rows, until: Until, tables: psycopg.AsyncConnection[Any]
) -> None:
    events = list(backlog(150))
    log.append(*events)
    count = "SELECT count(*) FROM ticket_events"
    async with projecting():
        await until([(len(events),)], count)
    folds = folded(events)
    assert await stored_tickets(tables, folds) == folds
    assert await stored_timers(tables, folds) == folded_timers(events)
    whole = sorted(events, key=lambda event: (event.subject, event.version))
    assert [event async for event in history(tables, list(folds))] == whole
    once = await everything(rows)
    reached = await rows("SELECT * FROM projection_positions ORDER BY model, partition")
    await tables.execute("UPDATE projection_positions SET next_offset = 0")
    async with projecting():
        await until(reached, "SELECT * FROM projection_positions ORDER BY model, partition")
    assert await everything(rows) == once


async def test_a_redaction_empties_the_message_wherever_it_is(
    log: Log, projecting: Running, rows: Rows, until: Until
) -> None:
    log.append(*life(ANSWERED))
    async with projecting():
        await until([(TICKET, 2)], VERSIONS)
        log.append(happened(MessageRedacted(2, "secret"), 3), happened(MessageRedacted(1, "secret"), 4))
        await until([(TICKET, 4)], VERSIONS)
    assert await rows("SELECT description, (SELECT body FROM ticket_comments) FROM tickets") == [("", "")]
    payloads = await rows("SELECT payload::text FROM ticket_events ORDER BY version")
    assert [word for word in ("water", "burns", "Printer") if any(word in text for (text,) in payloads)] == [
        "Printer"
    ]
    assert await rows("SELECT public_words FROM ticket_search") == [("'5724' 'cf' 'fire' 'on' 'printer'",)]


async def test_a_projector_that_lost_its_partition_writes_nothing(
    log: Log, projecting: Running, settings: Settings, rows: Rows, until: Until
) -> None:
    partition = log.partition(TICKET)
    topic_id = topic_ids(settings, ["ticket.events"])["ticket.events"]

    async def nowhere(*_: object) -> None:
        pytest.fail("nothing here is poison")

    late = Applier(TICKET_STREAM, "projector.v1", IdentityCodec(), nowhere)
    async with await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as connection:
        await late.place(connection, topic_id, [partition])
        log.append(*WHOLE)
        async with projecting():
            await until([(TICKET, 7)], VERSIONS)
        before = await everything(rows)
        records = [kept(event, partition, offset) for offset, event in enumerate(life(NOTED, ticket=OTHER))]
        with pytest.raises(PartitionLost):
            await late.apply(connection, [read(TICKET_STREAM, record) for record in records])
    assert await everything(rows) == before


async def test_two_projectors_share_the_partitions(log: Log, projecting: Running, until: Until) -> None:
    tickets = sorted(uuid4() for _ in range(40))
    async with projecting():
        for ticket in tickets[:20]:
            log.append(*life(ASSIGNED, ticket=ticket))
        async with projecting():
            for ticket in tickets[20:]:
                log.append(*life(ASSIGNED, ticket=ticket))
            await until([(ticket, 2) for ticket in tickets], VERSIONS)
        log.append(*(happened(NOTED, 3, ticket=ticket) for ticket in tickets))
        await until([(ticket, 3) for ticket in tickets], VERSIONS)


async def test_another_log_of_the_same_name_is_read_from_its_beginning(
    log: Log, projecting: Running, settings: Settings, rows: Rows, until: Until
) -> None:
    log.append(*WHOLE)
    async with projecting():
        await until([(TICKET, 7)], VERSIONS)
    client = AdminClient({"bootstrap.servers": settings.kafka_bootstrap_servers})
    client.delete_topics([settings.topic("ticket.events")])[settings.topic("ticket.events")].result()
    while settings.topic("ticket.events") in client.list_topics(timeout=10).topics:  # noqa: ASYNC110 - the broker's
        await asyncio.sleep(0.05)
    create_topics(settings, [spec for spec in TOPICS if spec.name == "ticket.events"])
    log.append(*life(ASSIGNED, ticket=OTHER))
    async with projecting():
        await until([(OTHER, 2)], VERSIONS)
    assert await rows("SELECT DISTINCT ticket_id FROM ticket_events") == [(OTHER,)]
    assert await rows("SELECT DISTINCT topic_id FROM projection_positions") == [
        (topic_ids(settings, ["ticket.events"])["ticket.events"],)
    ]


async def test_a_database_that_is_killed_delays_but_loses_nothing(
    log: Log, settings: Settings, own_postgres: Postgres
) -> None:
    """Rows and positions that were not yet on the disk are lost together, and come again from the log."""
    elsewhere = settings.model_copy(update={"database_url": own_postgres.address})
    migrate(elsewhere)
    stop = asyncio.Event()
    work = asyncio.create_task(Projector(elsewhere, TICKET_STREAM, TICKETS_GROUP, IdentityCodec()).run(stop))
    log.append(*life())
    await version_is(own_postgres.address, 1)
    log.append(happened(NOTED, 2))
    await asyncio.to_thread(own_postgres.kill)
    log.append(*(happened(NOTED, version) for version in range(3, 30)))
    assert not work.done()
    await asyncio.to_thread(own_postgres.start)
    await version_is(own_postgres.address, 29)
    stop.set()
    await work


async def version_is(database_url: str, wanted: int) -> None:
    async with (
        asyncio.timeout(30),
        await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection,
    ):
        found: tuple[int, ...] | None = None
        while found != (wanted,):
            await asyncio.sleep(0.02)
            found = await (await connection.execute("SELECT version FROM tickets")).fetchone()


async def test_a_gap_in_a_tickets_versions_stops_the_projector(
    log: Log, projecting: Running, rows: Rows, until: Until
) -> None:
    async def follow() -> None:
        async with projecting() as work:
            await until([(TICKET, 2)], VERSIONS)
            log.append(happened(NOTED, 4))
            await asyncio.wait([work])

    log.append(*life(ASSIGNED))
    with pytest.raises(VersionGap, match="is at version 2 and the log goes on with version 4"):
        await follow()
    assert await rows("SELECT version FROM ticket_events ORDER BY version") == [(1,), (2,)]


async def test_a_log_that_lost_its_end_stops_the_projector(
    projecting: Running, settings: Settings, tables: psycopg.AsyncConnection[Any]
) -> None:
    topic_id = topic_ids(settings, ["ticket.events"])["ticket.events"]
    await place(tables, TICKET_STREAM.models, "ticket.events", topic_id, range(settings.partitions))
    await tables.execute("UPDATE projection_positions SET next_offset = 7")

    async def follow() -> None:
        async with projecting() as work:
            await asyncio.wait([work])

    with pytest.raises(LogIncomplete, match="ends before offset 0"):
        await follow()
