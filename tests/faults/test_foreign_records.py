"""Records that others write beside the processor: what is aborted is never read, what is misplaced is refused."""

import random
import time
import zlib
from itertools import count, islice
from pathlib import Path
from uuid import UUID, uuid4

from confluent_kafka import Producer

from shared.events.envelope import Command
from shared.events.outcomes import Accepted
from shared.events.ticket_commands import TICKET_COMMANDS, AddNote, TicketCommandData
from shared.events.ticket_events import TICKET_EVENTS
from shared.events.wire import command_headers, event_headers
from shared.runtime.partition import PARTITIONER, partition_of
from shared.runtime.settings import Settings
from tests.faults.evidence import await_decided, gathered, id_of
from tests.faults.history import Asked, Seen
from tests.faults.load import steady_load
from tests.faults.scene import SEED, Tried, await_served, impatient, pause, projector, times
from tests.processing import OPEN, RITA, outcomes, processor, read_all, wish
from tests.projecting import NOTED, happened, said

SOURCE = b"/tests/foreign"


def test_an_aborted_transaction_beside_the_processor(
    settings: Settings, tmp_path: Path, chance: random.Random, tried: Tried
) -> None:
    """It carries an event and a command of tickets under load, and holds all readers until it is aborted."""
    settings = impatient(settings)
    producer = Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "transactional.id": f"tests-{uuid4()}",
            "partitioner": PARTITIONER,
        }
    )
    producer.init_transactions()
    aborted, never_sent = [], []
    with projector(settings, tmp_path), processor(settings, tmp_path), steady_load(settings, SEED) as load:
        await_served(load, time.monotonic())
        for _ in range(times(2)):
            ticket = UUID(chance.choice(load.history).ticket)
            event, command = happened(NOTED, 2, ticket=ticket), wish(AddNote(said("Never.")), ticket)
            producer.begin_transaction()
            producer.produce(
                settings.topic("ticket.events"),
                TICKET_EVENTS.encode(event.data),
                key=event.subject.encode(),
                headers=event_headers(event, TICKET_EVENTS.name_of(event.data), SOURCE),  # type: ignore[arg-type] # the client's stubs want str | None too
            )
            _produce(producer, settings, command)
            assert producer.flush(10) == 0
            pause(chance, 0.1, 1.0)
            producer.abort_transaction()
            tried.recovered(load, time.monotonic())
            aborted.append(event.id)
            never_sent.append(Asked(command.id, command.subject, time.monotonic(), Seen.FAILED))
        load.stop()
        evidence = gathered(settings, [*load.history, *never_sent])
        assert evidence.aborted == set(aborted)
        assert tried.judge(evidence) == []


def test_a_foreign_producer_with_another_partitioner(
    settings: Settings, tmp_path: Path, chance: random.Random, tried: Tried
) -> None:
    """What librdkafka's own partitioner puts elsewhere is dead-lettered and refused; the rest is served."""
    settings = impatient(settings)
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers})
    with projector(settings, tmp_path), processor(settings, tmp_path), steady_load(settings, SEED) as load:
        await_served(load, time.monotonic())
        known = sorted({asked.ticket for asked in load.history if asked.seen is Seen.ACCEPTED})
        notes = [wish(AddNote(said("From elsewhere.")), UUID(chance.choice(known))) for _ in range(20 * times(1))]
        both = [*_tickets(settings, 10 * times(1), agree=True), *_tickets(settings, 10 * times(1), agree=False)]
        foreign = [*notes, *(wish(OPEN, ticket, RITA) for ticket in both)]
        sent_at = time.monotonic()
        for command in foreign:
            _produce(producer, settings, command)
        assert producer.flush(10) == 0
        tried.recovered(load, sent_at)
        load.stop()
        await_decided(settings)
        asked = _asked(settings, foreign, sent_at)
        assert tried.judge(gathered(settings, [*load.history, *asked])) == []
    misplaced = {
        id_of(message)
        for message in read_all(settings, "ticket.commands")
        if message.partition() != partition_of(message.key() or b"", settings.partitions)
    }
    letters = read_all(settings, "dead-letters.intake-processor.v1")
    assert sorted(id_of(letter) for letter in letters) == sorted(misplaced)
    assert {one.command_id for one in asked if one.seen is Seen.REFUSED} == misplaced
    assert 0 < len(misplaced) < len(foreign)


def _tickets(settings: Settings, number: int, *, agree: bool) -> list[UUID]:
    """New ones, for whose keys the two partitioners agree or do not: CRC-32 is librdkafka's own."""
    drawn = (uuid4() for _ in count())
    keys = ((ticket, str(ticket).encode()) for ticket in drawn)
    n = settings.partitions
    found = (ticket for ticket, key in keys if (zlib.crc32(key) % n == partition_of(key, n)) is agree)
    return list(islice(found, number))


def _produce(producer: Producer, settings: Settings, command: Command[TicketCommandData]) -> None:
    producer.produce(
        settings.topic("ticket.commands"),
        TICKET_COMMANDS.encode(command.data),
        key=command.subject.encode(),
        headers=command_headers(command, TICKET_COMMANDS.name_of(command.data), SOURCE),  # type: ignore[arg-type] # as above
    )


def _asked(settings: Settings, foreign: list[Command[TicketCommandData]], sent_at: float) -> list[Asked]:
    """Each with its outcome for the record; a refusal is as poison, for no foreign command has another fault."""
    results = {outcome.command_id: outcome.result for outcome in outcomes(settings)}
    found = []
    for command in foreign:
        result = results[command.id]
        seen = Seen.ACCEPTED if isinstance(result, Accepted) else Seen.REFUSED
        assert isinstance(result, Accepted) or result.code == "poison"
        found.append(Asked(command.id, command.subject, sent_at, seen, result.version, time.monotonic()))
    return found
