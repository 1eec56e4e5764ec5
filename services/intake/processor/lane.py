"""A lane: the thread that is a partition's one writer for as long as it holds it."""

import threading
from concurrent.futures import Future, wait
from contextlib import closing
from datetime import UTC, datetime

import structlog
from confluent_kafka import Consumer, KafkaException, Producer

from services.intake.processor import log
from services.intake.processor.batch import decide_batch
from services.intake.processor.checkpoint import Mark
from services.intake.processor.handle import Lot
from services.intake.processor.position import POSITION_KEY, Position, encode_position
from services.intake.processor.restore import Restored, Topics, restore
from services.intake.processor.staged import Cache, Staged
from services.intake.processor.transaction import Ends, Transaction, send_copies
from shared.runtime.daemon import begin
from shared.runtime.settings import Settings
from shared.runtime.telemetry_records import ended
from shared.runtime.topics import admin

MAX_BATCH = 256
_POLL_S = 0.25
_RETRY_S = 0.2
_LOOK_S = 0.02
_CACHED = 30_000

LOG = structlog.get_logger()


class Lane:
    """Started once. `serving` is set while it decides.

    A transaction whose fate is unknown, or a broker that is away, means to begin anew: a new producer, which
    settles what the old one left, and a fresh restore.
    """

    def __init__(self, settings: Settings, lot: Lot, topics: Topics, copies: Producer) -> None:
        self.lot = lot
        self.next_offset = 0
        self.serving = threading.Event()
        self.asking = threading.Event()
        """Set while it waits to be told, by clearing it, that the partition is its own still."""
        self._settings = settings
        self._topics = topics
        self._copies = copies
        self._stopping = threading.Event()
        self._ended: Future[None] | None = None

    def start(self) -> None:
        self._ended = begin(f"lane-{self._topics.stream}-{self.lot.partition}", self._run)

    @property
    def ending(self) -> BaseException | None:
        """The failure that ended it for good: no new beginning mends it."""
        return self._ended.exception() if self._ended is not None and self._ended.done() else None

    def ask_to_stop(self) -> None:
        """The transaction that is under way is finished first."""
        self._stopping.set()

    def join(self, timeout: float | None = None) -> None:
        if self._ended is not None:
            wait([self._ended], timeout)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._term()
        finally:
            self.serving.clear()

    def _term(self) -> None:
        """From taking the partition over to the first error that leaves it unknown what is committed."""
        topic = f"{self._topics.stream}.commands"
        producer = log.transactional_producer(self._settings, topic, self.lot.partition)
        try:
            producer.init_transactions(self._settings.transaction_timeout.total_seconds())
            client = admin(self._settings)
            restored = restore(self._settings, client, self._topics, self.lot.partition)
            with closing(restored.checkpoint), closing(log.partition_consumer(self._settings)) as consumer:
                consumer.assign(
                    [log.at(self._settings.topic(topic), self.lot.partition, restored.position.next_offset)]
                )
                self._serve(producer, consumer, restored)
        except (KafkaException, TimeoutError) as failure:
            self.serving.clear()
            LOG.warning(
                "lane begins anew", stream=self._topics.stream, partition=self.lot.partition, error=str(failure)
            )
            self._await_the_group()

    def _await_the_group(self) -> None:
        """Until it has said that the partition is this process's, or until told to stop.

        A process that was stopped past its session and wakes would fence the rightful owner by beginning anew. It
        would disturb it even by aborting what it has open: for that the client may ask for a new epoch, and Kafka
        then aborts the transaction of whoever is under way.
        """
        self._stopping.wait(_RETRY_S)
        self.asking.set()
        while self.asking.is_set() and not self._stopping.wait(_LOOK_S):
            pass

    def _serve(self, producer: Producer, consumer: Consumer, restored: Restored) -> None:
        writer = _Writer(self._settings, self.lot, self._topics, producer, restored)
        self.next_offset = restored.position.next_offset
        self.serving.set()
        while not self._stopping.is_set():
            records = _poll(consumer)
            if records:
                self.next_offset = writer.write(records, self._copies)


class _Writer:
    """Decides batches and commits them, one transaction each."""

    def __init__(
        self, settings: Settings, lot: Lot, topics: Topics, producer: Producer, restored: Restored
    ) -> None:
        self._settings = settings
        self._lot = lot
        self._topics = topics
        self._cache = Cache(_CACHED // lot.partitions)
        self._checkpoint = restored.checkpoint
        self._position: Position = restored.position
        self._ends = Ends(restored.events_end, restored.snapshots_end)
        self._transaction = Transaction(producer, settings.topic, lot, self._ends)

    def write(self, records: list[log.Arrived], copies: Producer) -> int:
        """The offset of the next command. Raise `KafkaException` where the commit is not certain."""
        staged = Staged(self._lot.aggregate, self._cache, self._checkpoint)
        batch = decide_batch(self._lot, records, staged, self._position)
        with ended(batch.spans):
            self._transaction.write(batch.handled, batch.letters, staged, batch.position)
        self._position = batch.position
        send_copies(copies, self._settings.topic("ticket.outcomes"), batch.handled, self._ends.events)
        staged.promote()
        snapshots: list[tuple[bytes, bytes | None]] = [
            (subject.encode(), snapshot) for subject, (_, snapshot) in staged.changed.items()
        ]
        snapshots.append((POSITION_KEY, encode_position(batch.position)))
        self._checkpoint.apply(snapshots, Mark(self._topics.snapshots, self._ends.snapshots, datetime.now(UTC)))
        return batch.position.next_offset


def _poll(consumer: Consumer) -> list[log.Arrived]:
    """What has arrived, waiting for the first. Raise `KafkaException` where the partition cannot be read."""
    first = consumer.consume(1, timeout=_POLL_S)
    if not first:
        return []
    return [log.arrived(message) for message in (*first, *consumer.consume(MAX_BATCH - 1, timeout=0))]
