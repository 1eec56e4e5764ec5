"""How commands reach their topic: acknowledged by all replicas, never doubled by a retry of the client's own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError
from aiokafka.structs import RecordMetadata

from shared.events.catalogue import Catalogue
from shared.events.envelope import Command
from shared.events.wire import command_headers
from shared.runtime.background import Background
from shared.runtime.partition import partition_of
from shared.runtime.settings import Settings

MAX_COMMAND_BYTES = 256 * 1024

_SOURCE = b"/casefold/intake-api"
_ENQUEUE_TIMEOUT_S = 2.0

DataT = TypeVar("DataT")


class NotSent(Exception):
    """It is certain that the command was not sent."""


class TooLarge(Exception):
    """The command is larger than one may be; it was not sent."""


class Sender:
    """A producer that its client gives up (a sequence that broke) does not come back: `watch` then fails."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._broken: asyncio.Future[KafkaError] = asyncio.get_running_loop().create_future()

    async def watch(self) -> None:
        raise await self._broken

    async def send(
        self, topic: str, catalogue: Catalogue[DataT], command: Command[DataT]
    ) -> asyncio.Future[RecordMetadata]:
        """Raise `NotSent` or `TooLarge`. The future fails where the fate of the command is unknown."""
        value = catalogue.encode(command.data)
        if len(value) > MAX_COMMAND_BYTES:
            raise TooLarge(f"A command has at most {MAX_COMMAND_BYTES} bytes; this one would have {len(value)}.")
        headers = command_headers(command, catalogue.name_of(command.data), _SOURCE)
        try:
            async with asyncio.timeout(_ENQUEUE_TIMEOUT_S):
                sent: asyncio.Future[RecordMetadata] = await self._producer.send(
                    topic, value, key=command.subject.encode(), headers=headers
                )
        except (KafkaError, TimeoutError) as failure:
            self._judge(failure)
            raise NotSent("The log does not take commands at the moment; nothing was changed.") from failure
        return sent

    def _judge(self, failure: KafkaError | TimeoutError) -> None:
        passing = isinstance(failure, TimeoutError | KafkaTimeoutError) or failure.retriable
        if not passing and not self._broken.done():
            self._broken.set_result(failure)


@asynccontextmanager
async def open_sender(settings: Settings, background: Background) -> AsyncIterator[Sender]:
    """One producer a process. It partitions by murmur2 of the key, as the processor expects."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=f"{settings.instance}-commands",
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_request_size=1024 * 1024,
        partitioner=_partition,
    )
    await producer.start()
    try:
        sender = Sender(producer)
        async with background.running("commands", sender.watch()):
            yield sender
    finally:
        await producer.stop()


def _partition(key: bytes, every: Sequence[int], _available: Sequence[int]) -> int:
    return every[partition_of(key, len(every))]
