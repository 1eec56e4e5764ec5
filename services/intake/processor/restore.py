"""Bringing a partition's state back: the checkpoint if it can be trusted, then the snapshots after it."""

from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from services.intake.processor import ends, log
from services.intake.processor.checkpoint import Checkpoint, Mark
from services.intake.processor.position import POSITION_KEY, Position, decode_position
from shared.runtime.settings import Settings
from shared.runtime.topics import DELETE_RETENTION

_BATCH = 5000
_PATIENCE_S = 0.05
"""`consume` waits for a full batch as long as it may, so a short wait, again and again."""


class LogMismatch(Exception):
    """The topics do not belong together; nothing may be decided on them."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Ids of the three topics of an aggregate's stream."""

    stream: str
    commands: UUID
    events: UUID
    snapshots: UUID


@dataclass(frozen=True, slots=True)
class Restored:
    checkpoint: Checkpoint
    position: Position
    snapshots_end: int
    events_end: int


def restore(settings: Settings, client: AdminClient, topics: Topics, partition: int) -> Restored:
    """Call once earlier writers are fenced. Raise `LogMismatch` where the log cannot be gone on with."""
    timeout_s = 2 * settings.transaction_timeout.total_seconds()
    snapshots = settings.topic(f"{topics.stream}.snapshots")
    events = settings.topic(f"{topics.stream}.events")
    events_end = ends.await_stable(client, events, partition, timeout_s)
    snapshots_end = ends.await_stable(client, snapshots, partition, timeout_s)
    folder = checkpoint_folder(settings, topics.stream, partition)
    with ExitStack() as failed:
        checkpoint = Checkpoint(folder)
        failed.callback(checkpoint.close)
        _catch_up(settings, checkpoint, topics, partition, snapshots_end)
        raw = checkpoint.get(POSITION_KEY)
        written = raw is not None or (events_end > 0 and _holds_records(settings, events, partition))
        position = _position(raw, topics, settings, partition, written=written)
        first = ends.start(client, settings.topic(f"{topics.stream}.commands"), partition)
        failed.pop_all()
    return Restored(
        checkpoint, replace(position, next_offset=max(position.next_offset, first)), snapshots_end, events_end
    )


def _catch_up(settings: Settings, checkpoint: Checkpoint, topics: Topics, partition: int, end: int) -> None:
    """Follow the snapshots to their end, from nothing where the checkpoint cannot be trusted."""
    mark = checkpoint.mark()
    if mark is not None and not _trusted(mark, topics, end):
        checkpoint.clear()
        mark = None
    begin = 0 if mark is None else mark.next_offset
    snapshots = settings.topic(f"{topics.stream}.snapshots")
    _follow(settings, checkpoint, topics, log.at(snapshots, partition, begin), end)


def checkpoint_folder(settings: Settings, stream: str, partition: int) -> Path:
    return settings.home / "checkpoints" / settings.checkpoint_name / f"{stream}-{partition}"


def _trusted(mark: Mark, topics: Topics, snapshots_end: int) -> bool:
    """Not of another topic, not ahead of the log, not so old that deletions after it may be gone."""
    young = datetime.now(UTC) - mark.written_at < DELETE_RETENTION
    return mark.topic == topics.snapshots and mark.next_offset <= snapshots_end and young


def _follow(settings: Settings, checkpoint: Checkpoint, topics: Topics, begin: TopicPartition, end: int) -> None:
    if begin.offset >= end:
        return
    consumer = log.partition_consumer(
        settings, {"enable.partition.eof": True, "fetch.wait.max.ms": 10, "queued.max.messages.kbytes": 65536}
    )
    try:
        consumer.assign([begin])
        done = False
        while not done:
            done = _apply_batch(consumer, checkpoint, topics.snapshots, end)
    finally:
        consumer.close()


def _apply_batch(consumer: Consumer, checkpoint: Checkpoint, topic: UUID, end: int) -> bool:
    """Whether the end was reached: its last records may be transaction marks, which are never delivered."""
    records: dict[bytes, bytes | None] = {}
    reached = 0
    for message in consumer.consume(_BATCH, timeout=_PATIENCE_S):
        error = message.error()
        if error is None:
            records[cast("bytes", message.key())] = message.value()
            reached = cast("int", message.offset()) + 1
        elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - as in log.py
            reached = end
        else:
            raise KafkaException(error)
    if records or reached:
        checkpoint.apply(records.items(), Mark(topic, reached, datetime.now(UTC)))
    return reached >= end


def _holds_records(settings: Settings, topic: str, partition: int) -> bool:
    """Whether any is committed: of a first transaction that was aborted only its offsets are left."""
    with closing(log.partition_consumer(settings, {"enable.partition.eof": True})) as consumer:
        consumer.assign([log.at(topic, partition, 0)])
        while True:
            for message in consumer.consume(1, timeout=_PATIENCE_S):
                error = message.error()
                if error is None:
                    return True
                if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - as in log.py
                    return False
                raise KafkaException(error)


def _position(raw: bytes | None, topics: Topics, settings: Settings, partition: int, *, written: bool) -> Position:
    name = f"{topics.stream}.events partition {partition}"
    count = 1 if topics.stream == "directory" else settings.partitions
    if raw is None:
        if written:
            raise LogMismatch(
                f"{name} holds events and its snapshots hold no position: "
                "restore the snapshots topic from a backup"
            )
        return Position(topics.commands, topics.events, count)
    position = decode_position(raw)
    if position.events_topic != topics.events:
        raise LogMismatch(f"{name} is another topic than the one its snapshots were written for")
    if position.partitions != count:
        raise LogMismatch(
            f"{name} was written with {position.partitions} partitions and now there are {count}; "
            f"set CASEFOLD_PARTITIONS={position.partitions}"
        )
    if position.commands_topic != topics.commands:
        return replace(position, commands_topic=topics.commands, next_offset=0)
    return position
