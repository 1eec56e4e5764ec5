"""What the tests of this folder are handed: a log to write to, and the types of their fixtures."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from confluent_kafka import Producer

from shared.events.catalogue import Catalogue
from shared.events.envelope import Event
from shared.events.outcomes import COPY_HEADER, Outcome, encode_outcome
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.wire import event_headers
from shared.runtime.partition import partition_of
from shared.runtime.settings import Settings

Rows = Callable[..., Awaitable[list[tuple[Any, ...]]]]
Until = Callable[..., Awaitable[None]]
Running = Callable[..., AbstractAsyncContextManager[asyncio.Task[None]]]


@dataclass
class Log:
    """Writes events as the processor does: in transactions."""

    settings: Settings
    producer: Producer

    def append(self, *events: Event[TicketEventData]) -> None:
        self.producer.begin_transaction()
        self._produce(events)
        self.producer.commit_transaction()

    def abort(self, *events: Event[TicketEventData]) -> None:
        self.producer.begin_transaction()
        self._produce(events)
        self.producer.flush()
        self.producer.abort_transaction()

    def raw(self, ticket: UUID, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        self.producer.begin_transaction()
        topic = self.settings.topic("ticket.events")
        self.producer.produce(topic, key=str(ticket).encode(), value=value, headers=[*headers])
        self.producer.commit_transaction()

    def tell(self, topic: str, catalogue: Catalogue[Any], *events: Event[Any]) -> None:
        """Events of another stream."""
        self.producer.begin_transaction()
        for event in events:
            self.producer.produce(
                self.settings.topic(topic),
                key=event.subject.encode(),
                value=catalogue.encode(event.data),
                headers=[*event_headers(event, catalogue.name_of(event.data), b"/tests")],
            )
        self.producer.commit_transaction()

    def outcome(self, outcome: Outcome, *, copy: bool = False) -> None:
        self.producer.begin_transaction()
        self.producer.produce(
            self.settings.topic("ticket.outcomes"),
            value=encode_outcome(outcome),
            partition=0,
            headers=[(COPY_HEADER, b"1")] if copy else [],
        )
        self.producer.commit_transaction()

    def partition(self, ticket: UUID) -> int:
        return partition_of(str(ticket).encode(), self.settings.partitions)

    def _produce(self, events: tuple[Event[TicketEventData], ...]) -> None:
        for event in events:
            self.producer.produce(
                self.settings.topic("ticket.events"),
                key=event.subject.encode(),
                value=TICKET_EVENTS.encode(event.data),
                headers=[*event_headers(event, TICKET_EVENTS.name_of(event.data), b"/tests")],
            )
