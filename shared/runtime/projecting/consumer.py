"""The projector's shell: reads committed records of its partitions and has them applied, in order, once."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Generic, TypeVar

import psycopg
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from psycopg import AsyncConnection

from shared.events.personal import PersonalCodec
from shared.runtime.dead_letters import Place, dead_letter
from shared.runtime.poison import Poison
from shared.runtime.projecting.apply import Applier, ReadRecord, read
from shared.runtime.projecting.lane import Lane
from shared.runtime.projecting.positions import PartitionLost
from shared.runtime.projecting.stream import LogRecord, Stream
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics, dead_letters, topic_ids

_BATCH = 8_000
_LANES = 2
"""Each with its connection and its share of the partitions: while one waits for PostgreSQL, another folds."""
_CHUNK = 50
_POLL_MS = 200
_REDRIVE_EVERY_S = 1.0
_LAG_EVERY_S = 1.0
_EXPIRE_EVERY_S = 60.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0

ItemT = TypeVar("ItemT")
log = structlog.get_logger(__name__)


class LogIncomplete(Exception):
    """The topic lacks events that a read model has applied or must apply: the log is not to be trusted."""


class Projector(ConsumerRebalanceListener, Generic[ItemT]):  # type: ignore[misc] # aiokafka is untyped
    """One member of a consumer group. Positions are PostgreSQL's; those of the group only show the lag."""

    def __init__(self, settings: Settings, stream: Stream[ItemT], group: str, codec: PersonalCodec) -> None:
        self._settings = settings
        self._stream = stream
        self._group = group
        self._topic = settings.topic(stream.topic)
        self._applier = Applier(stream, group, codec, self._bury)
        self._expiring = [model.expire for model in stream.models if model.expire is not None]
        self._displaced = True
        self._placed = False
        self._behind: dict[TopicPartition, int] = {}
        self.joined = asyncio.Event()
        """Set once the group has given this member its share."""
        self.applied = asyncio.Event()
        """Set whenever a batch was written, or partitions caught up; whoever waits for it clears it."""

    @property
    def caught_up(self) -> frozenset[int] | None:
        """This member's partitions, once what was in them when it got them is written; None: not yet."""
        if self._displaced or not self._placed or self._behind:
            return None
        return frozenset(one.partition for one in self._consumer.assignment())

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`, or until the log cannot be trusted: `VersionGap` or `LogIncomplete`."""
        await asyncio.to_thread(create_topics, self._settings, [dead_letters(self._group)])
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            group_id=self._settings.group(self._group),
            client_id=self._settings.instance,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # until the database has said where; nothing is read before that
            session_timeout_ms=int(self._settings.session_timeout.total_seconds() * 1000),
            heartbeat_interval_ms=int(self._settings.session_timeout.total_seconds() * 1000) // 4,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers, acks="all", enable_idempotence=True
        )
        await self._consumer.start()
        await self._producer.start()
        try:
            self._consumer.subscribe([self._topic], listener=self)
            await self._serve(stop)
        finally:
            await self._consumer.stop()
            await self._producer.stop()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._displaced = True
        log.info("partitions.revoked", partitions=sorted(one.partition for one in revoked))

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing is read before the database has said from where."""
        self._consumer.pause(*assigned)
        self._displaced = True
        self.joined.set()
        log.info("partitions.assigned", partitions=sorted(one.partition for one in assigned))

    async def _serve(self, stop: asyncio.Event) -> None:
        """PostgreSQL may go away at any moment: partitions wait, and start again from what it then says."""
        pause = _FIRST_PAUSE_S
        while not stop.is_set():
            try:
                async with AsyncExitStack() as opened:
                    lanes = [Lane(await opened.enter_async_context(await self._connect())) for _ in range(_LANES)]
                    pause = _FIRST_PAUSE_S
                    try:
                        await self._follow(lanes, stop)
                    finally:
                        await asyncio.gather(*(lane.abandon() for lane in lanes))
            except PartitionLost as lost:
                log.info("partition.lost", detail=str(lost))
            except psycopg.OperationalError as failure:
                log.warning("database.unavailable", reason=type(failure).__name__, retry_in_s=pause)
                await self._wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _connect(self) -> AsyncConnection:
        connection = await AsyncConnection.connect(self._settings.database_url, autocommit=True)
        # Rows and positions are lost or kept together, and the log can give the lost ones again.
        await connection.execute("SET synchronous_commit = off")
        return connection

    async def _wait(self, seconds: float) -> None:
        """Polls all the while, so that the group does not take a waiting member for a dead one."""
        self._consumer.pause(*self._consumer.assignment())
        ends = asyncio.get_running_loop().time() + seconds
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            await self._consumer.getmany(timeout_ms=max(1, int(left * 1000)))

    async def _follow(self, lanes: Sequence[Lane], stop: asyncio.Event) -> None:
        """Reads the next batch while those before are written, each lane's partitions by themselves."""
        self._displaced = True
        redrive_at = lag_at = expire_at = 0.0
        while not stop.is_set():
            if self._displaced:
                await asyncio.gather(*(lane.settle() for lane in lanes))
                await self._place(lanes[0].connection)
            batches = await self._poll()
            for lane, batch in zip(lanes, batches, strict=True):
                await lane.settle()
                if batch and not self._displaced:
                    lane.begin(self._apply(lane, batch))
            if self._behind:
                await self._catch_up(lanes)
            now = asyncio.get_running_loop().time()
            if now >= redrive_at and self._applier.waiting:
                await asyncio.gather(*(lane.settle() for lane in lanes))
                await self._applier.redrive(lanes[0].connection)
                redrive_at = now + _REDRIVE_EVERY_S
            if now >= expire_at and self._expiring:
                await asyncio.gather(*(lane.settle() for lane in lanes))
                if not await self._expire(lanes[0].connection):
                    expire_at = now + _EXPIRE_EVERY_S
            if now >= lag_at:
                await self._show_lag()
                lag_at = now + _LAG_EVERY_S
        await asyncio.gather(*(lane.settle() for lane in lanes))

    async def _apply(self, lane: Lane, batch: Sequence[ReadRecord[ItemT]]) -> None:
        await self._applier.apply(lane.connection, batch)
        self.applied.set()

    async def _catch_up(self, lanes: Sequence[Lane]) -> None:
        """The end of a partition may be the mark of a transaction, which is no record: positions pass it."""
        try:
            reached = [one for one, end in self._behind.items() if await self._consumer.position(one) >= end]
        except IllegalStateError:
            self._displaced = True
            return
        if not reached:
            return
        await asyncio.gather(*(lane.settle() for lane in lanes))
        for one in reached:
            self._behind.pop(one, None)
        if not self._behind:
            self.applied.set()

    async def _expire(self, connection: AsyncConnection) -> bool:
        """Some rows a time, and the next batch goes before more of them."""
        left = [await expire(connection) for expire in self._expiring]
        return any(left)

    async def _place(self, connection: AsyncConnection) -> None:
        """Read each partition from where the database stands; a rebalance meanwhile makes it do so again."""
        self._displaced = self._placed = False
        assigned = sorted(self._consumer.assignment())
        if not assigned:
            return
        topic_id = (await asyncio.to_thread(topic_ids, self._settings, [self._stream.topic]))[self._stream.topic]
        starts = await self._applier.place(connection, topic_id, [one.partition for one in assigned])
        first = await self._consumer.beginning_offsets(assigned)
        after = await self._consumer.end_offsets(assigned)
        for one in assigned:
            self._check(one.partition, starts[one.partition], first[one], after[one])
        self._behind = {one: after[one] for one in assigned}
        if self._displaced:
            return
        try:
            for one in assigned:
                self._consumer.seek(one, max(starts[one.partition], first[one]))
            self._consumer.resume(*assigned)
        except IllegalStateError:
            self._displaced = True
            return
        self._placed = True
        log.info("partitions.placed", topic=self._topic, offsets=starts)

    def _check(self, partition: int, start: int, first: int, after: int) -> None:
        if start > after:
            raise LogIncomplete(
                f"{self._topic}, partition {partition}, ends before offset {after}, and the read models have "
                f"applied everything before {start}: the log has lost its end"
            )
        if self._stream.kept and start < first:
            raise LogIncomplete(
                f"{self._topic}, partition {partition}, begins at offset {first}, and the read models need "
                f"offset {start}: the log has lost its beginning"
            )

    async def _poll(self) -> list[list[ReadRecord[ItemT]]]:
        """A batch for each lane."""
        fetched = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_BATCH)
        batches: list[list[ReadRecord[ItemT]]] = [[] for _ in range(_LANES)]
        for partition, records in fetched.items():
            batch = batches[partition.partition % _LANES]
            for start in range(0, len(records), _CHUNK):
                batch.extend(read(self._stream, record) for record in records[start : start + _CHUNK])
                await asyncio.sleep(0)  # the batches before are being written meanwhile
        return batches

    async def _show_lag(self) -> None:
        """For lag displays and autoscalers only: nobody reads from these offsets."""
        positions = {one: await self._consumer.position(one) for one in self._consumer.assignment()}
        if not positions or self._displaced:
            return
        try:
            await self._consumer.commit(positions)
        except (CommitFailedError, IllegalStateError):
            self._displaced = True

    async def _bury(self, record: LogRecord, poison: Poison) -> None:
        letter = dead_letter(
            self._group,
            Place(self._stream.topic, record.partition, record.offset),
            key=record.key,
            value=record.value,
            headers=record.headers,
            reason=poison.reason,
            at=datetime.now(UTC),
            stack=poison.stack,
        )
        await self._producer.send_and_wait(
            self._settings.topic(letter.topic), letter.value, key=letter.key, headers=list(letter.headers)
        )
        log.error(
            "event.parked",
            topic=self._stream.topic,
            partition=record.partition,
            offset=record.offset,
            reason=poison.reason,
        )
