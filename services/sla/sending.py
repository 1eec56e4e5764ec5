"""Sending the commands of the clocks to tickets, and hearing from the broker what time it is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer

from shared.events.envelope import Command
from shared.events.ticket_commands import TICKET_COMMANDS, TicketCommandData
from shared.events.wire import command_headers
from shared.runtime.broker_clock import BrokerClock
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from aiokafka.structs import RecordMetadata

SOURCE = b"/casefold/sla"
_TOPIC = "ticket.commands"


class Sending:
    def __init__(self, producer: AIOKafkaProducer, topic: str, clock: BrokerClock) -> None:
        self._producer = producer
        self._topic = topic
        self._clock = clock

    async def send(self, commands: Sequence[Command[TicketCommandData]]) -> list[datetime]:
        """The broker's time of each, once all replicas have them; in this order within a partition.

        Raise `aiokafka.errors.KafkaError` where the fate of one is unknown: sent again, they change nothing.
        """
        sent = [await self._begin(command) for command in commands]
        taken = [datetime.fromtimestamp(one.timestamp / 1000, UTC) for one in await asyncio.gather(*sent)]
        if taken:
            self._clock.heard(max(taken))
        return taken

    async def _begin(self, command: Command[TicketCommandData]) -> "asyncio.Future[RecordMetadata]":
        future: asyncio.Future[RecordMetadata] = await self._producer.send(
            self._topic,
            TICKET_COMMANDS.encode(command.data),
            key=command.subject.encode(),
            headers=command_headers(command, TICKET_COMMANDS.name_of(command.data), SOURCE),
        )
        return future


@asynccontextmanager
async def open_sending(settings: Settings, clock: BrokerClock) -> AsyncIterator[Sending]:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=f"{settings.instance}-sla",
        acks="all",
        enable_idempotence=True,
        max_batch_size=256 * 1024,
    )
    await producer.start()
    try:
        yield Sending(producer, settings.topic(_TOPIC), clock)
    finally:
        await producer.stop()
