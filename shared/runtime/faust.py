"""Faust's transport over aiokafka, mended for topics that are written in transactions.

Faust reads uncommitted records unless it runs its own transactions, counts the offsets of transaction markers
as records that are still to come, and takes a failed commit for the end of the worker. Here only committed
records are delivered, and what is committed is the offset after the last acknowledged record: handlers
acknowledge one record of a partition at a time, in order, so that all before it is done.
"""

import asyncio
import logging
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

import aiokafka
import faust
import structlog
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from mode.services import WaitResults
from mode.utils.futures import notify

from shared.events.wire import RawHeaders
from shared.runtime.settings import Settings

_BUFFER = 500
_GATHER_MS = 5
"""Between one request and the next; the first of many leaves at once. With 0 nearly every record was a request."""
_COMMIT_EVERY_S = 1.0
_A_DAY_S = 86_400.0
"""A handler may try again for that long and keep its partitions: it is the heartbeats that tell a dead process."""
_FETCH_WAIT_MS = 500
_MAX_REQUEST_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)


class Thread(driver.AIOKafkaConsumerThread):
    """Where the client's consumer lives: its heartbeats go on whatever a handler does."""

    mundane_level = "debug"

    def _create_consumer(self, loop: object) -> aiokafka.AIOKafkaConsumer:
        del loop
        conf = self.app.conf
        self._assignor = RoundRobinPartitionAssignor
        return aiokafka.AIOKafkaConsumer(
            bootstrap_servers=driver.server_list(self.transport.url, driver.Transport.default_port),
            group_id=conf.id,
            client_id=conf.broker_client_id,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            session_timeout_ms=_ms(conf.broker_session_timeout),
            heartbeat_interval_ms=_ms(conf.broker_heartbeat_interval),
            rebalance_timeout_ms=_ms(conf.broker_rebalance_timeout),
            max_poll_interval_ms=_ms(conf.broker_max_poll_interval),
            max_poll_records=conf.broker_max_poll_records,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
        )

    async def committed(self, partitions: set[TP]) -> Mapping[TP, int | None]:
        """The group's committed offsets as the broker has them."""
        found: Mapping[TP, int | None] = await self.call_thread(self._committed, partitions)
        return found

    async def _committed(self, partitions: set[TP]) -> Mapping[TP, int | None]:
        consumer = self._ensure_consumer()
        return {tp: await consumer.committed(driver.ensure_aiokafka_TP(tp)) for tp in partitions}

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Faust's own leaves a partition where it is if 0 is committed."""
        seek: Mapping[TP, int] = await self.call_thread(self._seek_to_committed)
        return seek

    async def _seek_to_committed(self) -> Mapping[TP, int]:
        consumer = self._ensure_consumer()
        committed = await self._committed(self.assignment())
        starts = {tp: offset for tp, offset in committed.items() if offset is not None}
        for tp, offset in starts.items():
            consumer.seek(driver.ensure_aiokafka_TP(tp), offset)
        return starts

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """A partition that was lost meanwhile is its new owner's to commit: its records come again there."""
        held = {
            driver.ensure_aiokafka_TP(tp): OffsetAndMetadata(offset, "")
            for tp, offset in offsets.items()
            if tp in self.assignment()
        }
        try:
            await self._ensure_consumer().commit(held)
        except (CommitFailedError, IllegalStateError) as lost:
            log.info("partitions.lost", reason=type(lost).__name__)
            return False
        return True

    def highwater(self, tp: TP) -> int:
        return cast("int", self._ensure_consumer().last_stable_offset(driver.ensure_aiokafka_TP(tp)) or 0)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust would compare with an end that an open transaction, or its marker, keeps out of reach."""

    def on_crash(self, msg: str, *fmt: object, **kwargs: object) -> None:
        """Whoever runs the worker learns of it, and says so once."""


class Consumer(driver.Consumer):
    mundane_level = "debug"
    _thread: Thread

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    async def committed(self, partitions: set[TP]) -> Mapping[TP, int | None]:
        return await self._thread.committed(partitions)

    def give_up(self, message: Message) -> None:
        """Nobody waits for the record any more; it comes again to whoever then has its partition."""
        self._unacked_messages.discard(message)
        notify(self._waiting_for_ack)

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:  # noqa: ANN401, ASYNC109 - Faust's signature
        """With every record Faust asks, in four tasks, what comes first: its delivery, or the end of the flow.

        Where the stream has room, the record is delivered in one step, and there is nothing to wait for.
        """
        delivery, *others = coros
        if not asyncio.iscoroutine(delivery) or not all(map(asyncio.iscoroutine, others)):
            return await super().wait_first(*coros, timeout=timeout)
        delivering = asyncio.ensure_future(delivery)
        try:
            await asyncio.sleep(0)
            if not delivering.done():
                return await super().wait_first(delivering, *others, timeout=timeout)
        except asyncio.CancelledError:
            delivering.cancel()
            raise
        for other in others:
            other.close()
        return WaitResults([delivery], [delivering.result()], stopped=False)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Faust forgets what was acknowledged before it commits, and the next owner would do it all again."""
        await self.commit()
        await super().on_partitions_revoked(revoked)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """A gap is transaction markers and aborted records: nothing that anybody would acknowledge."""

    def _new_offset(self, tp: TP) -> int | None:
        acked = self._acked[tp]
        if not acked:
            return None
        offset = max(acked) + 1
        acked.clear()
        self._acked_index[tp].clear()
        return offset


class Producer(driver.Producer):
    mundane_level = "debug"

    lost: BaseException | None = None
    """What was posted and not taken: nothing may be committed after it."""

    async def post(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: RawHeaders, partition: int | None
    ) -> None:
        """Returns when it is on its way; nothing that was acknowledged since is committed before it is there."""
        sending = await self._ensure_producer().send(
            topic, value, key=key, partition=partition, headers=list(headers or ())
        )
        sending.add_done_callback(self._judge)

    def _judge(self, sent: asyncio.Future[object]) -> None:
        self.lost = self.lost or (None if sent.cancelled() else sent.exception())

    async def flush(self) -> None:
        """Faust awaits this before it commits. Raise what was posted and lost."""
        await super().flush()
        if self.lost is not None:
            raise self.lost

    async def deliver(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: RawHeaders, partition: int | None
    ) -> int:
        """The offset, once all replicas have it. Raise aiokafka's `KafkaError`."""
        sent = await self._ensure_producer().send_and_wait(
            topic, value, key=key, partition=partition, headers=list(headers or ())
        )
        return int(sent.offset)

    def _settings_default(self) -> Mapping[str, Any]:
        settings: MutableMapping[str, Any] = {**super()._settings_default()}
        settings.update(
            acks="all", enable_idempotence=True, linger_ms=_GATHER_MS, max_request_size=_MAX_REQUEST_BYTES
        )
        return settings


class Transport(driver.Transport):
    Consumer = Consumer
    Producer = Producer


class App(faust.App):
    """No tables, no topics of its own, no web server."""

    mundane_level = "debug"

    @property
    def kafka(self) -> Consumer:
        if not isinstance(self.consumer, Consumer):
            raise TypeError(f"{self.consumer!r} is another transport's")
        return self.consumer

    @property
    def writer(self) -> Producer:
        if not isinstance(self.producer, Producer):
            raise TypeError(f"{self.producer!r} is another transport's")
        return self.producer

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> Transport:
        return Transport(self.conf.broker_producer, self)

    def _create_directories(self) -> None:
        """There are no tables that would lie in them."""

    def _on_rebalance_when_stopped(self) -> None:
        """Faust would close another thread's client from this one."""


def application(settings: Settings, group: str) -> App:
    for chatty in ("faust", "mode"):  # each of their thirty parts tells that it starts and stops
        logging.getLogger(chatty).setLevel(logging.WARNING)
    session_s = settings.session_timeout.total_seconds()
    return App(
        settings.group(group),
        broker=[f"kafka://{one.strip()}" for one in settings.kafka_bootstrap_servers.split(",")],
        broker_client_id=settings.instance,
        broker_session_timeout=session_s,
        broker_heartbeat_interval=session_s / 4,
        broker_rebalance_timeout=session_s * 3,
        broker_max_poll_interval=_A_DAY_S,
        broker_commit_interval=_COMMIT_EVERY_S,
        stream_wait_empty=True,
        stream_buffer_maxsize=_BUFFER,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        autodiscover=False,
    )


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
