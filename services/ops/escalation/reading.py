"""Events of tickets that escalations rest on, read from the log by themselves; each ticket's in order."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.escalation.domain.happening import TRIGGERS, facts_of, message_of
from services.escalation.domain.replay import Recorded
from shared.events.envelope import Event, Origin
from shared.events.personal import Plain
from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_events import (
    TICKET_EVENTS,
    RequesterReplied,
    TicketClosed,
    TicketEventData,
    TicketOpened,
)
from shared.events.ticket_promises import EscalationActionRequested
from shared.events.ticket_values import Message, Sentiment
from shared.events.wire import decode_event, read_headers
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.settings import Settings

TOPIC = "ticket.events"
_READ: Sequence[type[TicketEventData]] = (
    *TRIGGERS,
    PriorityChanged,
    TicketClosed,
    EscalationActionRequested,
)
_NAMES = frozenset(TICKET_EVENTS.name_of_type(data) for data in _READ)
_FETCH_BYTES = 4 * 1024 * 1024
_NOTHING = Plain("")

Scored = Callable[[Event[TicketEventData]], Sentiment | None]


@dataclass(slots=True)
class Found:
    """`tickets` by id; messages are scored, and their text is let go."""

    tickets: dict[str, list[Recorded]] = field(default_factory=dict)
    sentiments: dict[UUID, Sentiment] = field(default_factory=dict)


@asynccontextmanager
async def open_log(settings: Settings, partitions: Collection[int]) -> AsyncIterator[AIOKafkaConsumer]:
    places = [TopicPartition(settings.topic(TOPIC), number) for number in partitions]
    async with open_reader(settings, "escalation", places, _FETCH_BYTES) as consumer:
        yield consumer


async def found_since(consumer: AIOKafkaConsumer, since: datetime, scored: Scored | None) -> Found:
    """What was appended since then, until now; None: no rule asks how a message sounds. Raise `Undecodable`."""
    places = sorted(consumer.assignment())
    ends: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
    asked = dict.fromkeys(places, int(since.timestamp() * 1000))
    starts = await consumer.offsets_for_times(asked)
    for place in places:
        consumer.seek(place, ends[place] if starts[place] is None else starts[place].offset)
    found = Found()
    while [place for place in places if await consumer.position(place) < ends[place]]:
        batch: Mapping[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(timeout_ms=WAIT_MS)
        for place, records in batch.items():
            for record in records:
                if record.offset < ends[place] and read_headers(record.headers).get("ce_type") in _NAMES:
                    _keep(found, decode_event(TICKET_EVENTS, record.headers, record.value), scored)
    return found


def _keep(found: Found, event: Event[TicketEventData], scored: Scored | None) -> None:
    if event.origin is Origin.IMPORT:
        return
    if message_of(event.data) is not None:
        sentiment = None if scored is None else scored(event)
        if sentiment is not None:
            found.sentiments[event.id] = sentiment
        event = replace(event, data=_without_text(event.data))
    found.tickets.setdefault(event.subject, []).append(Recorded(event, facts_of(event.data)))


def _without_text(data: TicketEventData) -> TicketEventData:
    match data:
        case TicketOpened():
            return replace(data, subject=_NOTHING, description=_NOTHING)
        case RequesterReplied():
            return replace(data, message=Message(_NOTHING))
        case _:
            return data
