"""What the clocks go by and what they know, read for a person: the directory's log, a ticket's, their own rows."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.ops.trouble import Trouble
from services.sla.directory import TOPIC as DIRECTORY
from services.sla.directory import Directory
from services.sla.domain.books import Books, NotReadYet
from services.sla.domain.evolve import evolve
from services.sla.domain.stored import decode
from services.sla.domain.ticket import TicketClocks
from services.sla.group import TOPIC, own_database
from shared.events.catalogue import Undecodable
from shared.events.envelope import Event
from shared.events.presets import PRESETS
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.wire import decode_event
from shared.runtime.partition import partition_of
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.settings import Settings

_FETCH_BYTES = 4 * 1024 * 1024
_AT_A_TIME = 1_000
_OPEN = "SELECT ticket_id, state FROM tickets WHERE state IS NOT NULL"


@contextmanager
def spoken() -> Iterator[None]:
    """What goes wrong in the block, as a sentence: raise `Trouble`."""
    try:
        yield
    except KafkaError as failure:
        raise Trouble(f"Kafka does not answer: {failure}") from failure
    except Undecodable as fault:
        raise Trouble(f"a record of the log cannot be read: {fault}") from fault
    except NotReadYet as behind:
        raise Trouble(f"{behind}: try again") from behind
    except psycopg.errors.UndefinedTable as missing:
        raise Trouble("the service of the clocks has not run on this database yet") from missing
    except psycopg.OperationalError as failure:
        raise Trouble(f"PostgreSQL does not answer: {' '.join(str(failure).split())}") from failure


async def read_books(settings: Settings) -> Books:
    """The directory up to its present end."""
    directory = Directory(PRESETS[settings.preset])
    async for record in _records(settings, DIRECTORY, 0):
        directory.apply(record)
    return directory.books


async def read_ticket(settings: Settings, ticket: UUID) -> list[Event[TicketEventData]]:
    """All that is on record of a ticket."""
    key = str(ticket).encode()
    partition = partition_of(key, settings.partitions)
    return [
        decode_event(TICKET_EVENTS, record.headers, record.value)
        async for record in _records(settings, TOPIC, partition)
        if record.key == key
    ]


def last_known(events: Iterable[Event[TicketEventData]], *, imports: bool) -> TicketClocks | None:
    """The fold, of a ticket that is closed that before its end; None: it never had a clock."""
    state: TicketClocks | None = None
    for event in events:
        after = evolve(state, event, imports=imports)
        if after is None:
            break
        state = after
    return state


def open_tickets(settings: Settings) -> Iterator[tuple[UUID, TicketClocks]]:
    """All that are not closed, as the service has folded them; some thousand at a time are in memory."""
    with psycopg.connect(own_database(settings)) as connection, connection.cursor("open_tickets") as cursor:
        cursor.itersize = _AT_A_TIME
        for ticket_id, state in cursor.execute(_OPEN):
            yield ticket_id, decode(state)


async def _records(settings: Settings, topic: str, partition: int) -> AsyncIterator[ConsumerRecord]:
    place = TopicPartition(settings.topic(topic), partition)
    async with open_reader(settings, "sla", [place], _FETCH_BYTES) as consumer:
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        while await consumer.position(place) < end:
            batch = await consumer.getmany(place, timeout_ms=WAIT_MS)
            for record in batch.get(place, ()):
                if record.offset < end:
                    yield record
