"""Follows `ticket.events`, once a process, and notes who was given a ticket and from whom one was taken."""

import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.notices import Notice, Notices
from shared.events.envelope import Origin
from shared.events.ticket_events import (
    TICKET_EVENTS,
    TicketAssigned,
    TicketClaimed,
    TicketEventData,
    TicketOpened,
    TicketUnassigned,
)
from shared.events.wire import decode_event
from shared.runtime.background import Background
from shared.runtime.poison import Poison, guarded
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.settings import Settings

TOPIC = "ticket.events"

_TAIL = 100_000
"""Events that are read again at the start, of all partitions: whoever comes back had its stream elsewhere."""
_REFERENCES = 50_000
_OPENED = TICKET_EVENTS.name_of_type(TicketOpened).encode()
_TELLING = frozenset(
    TICKET_EVENTS.name_of_type(kind).encode() for kind in (TicketAssigned, TicketClaimed, TicketUnassigned)
)
_TYPE_AT = 4
"""Where the suite's writers put the header `ce_type`; most events are passed over without a look at the others."""
_REFERENCE = re.compile(rb'\{"reference":"([^"\\]{1,40})"')
"""How the value of an opened ticket begins; to read the whole for it would take most of this process's time."""


class Given(BaseModel):
    """The data of an event `assigned` or `unassigned` on the stream."""

    model_config = ConfigDict(frozen=True)

    ticket_id: str
    reference: str | None = Field(description="The ticket's number for people; null where it is not known here.")
    version: int = Field(description="The ticket's version with it: what comes twice has the same.")
    at: str
    by: str = Field(description="Who gave or took it: an agent's id, or a service's name.")
    to: str | None = Field(description="Who has the ticket now; null: nobody.")


class References:
    """Of the tickets that were opened lately."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, str] = OrderedDict()

    def opened(self, ticket: bytes | None, value: bytes | None) -> None:
        found = _REFERENCE.match(value or b"")
        if ticket is not None and found is not None:
            self._known[ticket] = found[1].decode(errors="replace")
            if len(self._known) > _REFERENCES:
                self._known.popitem(last=False)

    def of(self, ticket: bytes | None) -> str | None:
        return self._known.get(ticket or b"")


@asynccontextmanager
async def open_notices(settings: Settings, topic_id: UUID, background: Background) -> AsyncIterator[Notices]:
    """Yields when the last part of the log is noted. An event that cannot be read tells nobody anything here.

    It is the projector that has to do with every event, and whose dead letters say so.
    """
    places = [TopicPartition(settings.topic(TOPIC), number) for number in range(settings.partitions)]
    async with open_reader(settings, "assignments", places) as consumer:
        first, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        starts = {place: max(first[place], ends[place] - _TAIL // settings.partitions) for place in places}
        for place, start in starts.items():
            consumer.seek(place, start)
        notices = Notices(topic_id, [starts[place] for place in places], settings.agent_streams)
        references = References()
        while any(notices.positions[place.partition] < ends[place] for place in places):
            await _read(consumer, notices, references)
        async with background.running("assignments", _follow(consumer, notices, references)):
            yield notices


async def _follow(consumer: AIOKafkaConsumer, notices: Notices, references: References) -> None:
    while True:
        await _read(consumer, notices, references)


async def _read(consumer: AIOKafkaConsumer, notices: Notices, references: References) -> None:
    batch: Mapping[TopicPartition, Sequence[ConsumerRecord]] = await consumer.getmany(timeout_ms=WAIT_MS)
    for place, records in batch.items():
        for record in records:
            kind = _type_of(record)
            if kind == _OPENED:
                references.opened(record.key, record.value)
            elif kind in _TELLING:
                notices.note(_notices(record, references), place.partition, record.offset + 1)
    for place in consumer.assignment():  # behind markers, too, and whatever tells nobody anything
        notices.note((), place.partition, await consumer.position(place))


def _type_of(record: ConsumerRecord) -> bytes | None:
    headers: Sequence[tuple[str, bytes]] = record.headers
    if len(headers) > _TYPE_AT and headers[_TYPE_AT][0] == "ce_type":
        return headers[_TYPE_AT][1]
    return dict(headers).get("ce_type")


def _notices(record: ConsumerRecord, references: References) -> Iterator[Notice]:
    event = guarded(partial(decode_event, TICKET_EVENTS, record.headers, record.value))
    if isinstance(event, Poison) or event.origin is Origin.IMPORT:
        return
    now, before = _hands(event.data)
    given = Given(
        ticket_id=event.subject,
        reference=references.of(record.key),
        version=event.version,
        at=event.recorded_at.isoformat(),
        by=event.actor.id,
        to=now,
    ).model_dump_json()
    if before is not None and before != now:
        yield Notice(before, "unassigned", given, record.partition, record.offset)
    if now is not None:
        yield Notice(now, "assigned", given, record.partition, record.offset)


def _hands(data: TicketEventData) -> tuple[str | None, str | None]:
    """Who has the ticket with the event, and who had it before."""
    match data:
        case TicketAssigned(assignee_id=now, previous_assignee_id=before):
            return now, before
        case TicketClaimed(assignee_id=now):
            return now, None
        case TicketUnassigned(previous_assignee_id=before):
            return None, before
        case _:
            return None, None
