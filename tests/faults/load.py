"""A steady load of commands, and the history of what its client saw."""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from shared.events.envelope import Command
from shared.events.outcomes import COPY_HEADER, Accepted, Outcome, decode_outcome
from shared.events.personal import Plain
from shared.events.ticket_commands import (
    TICKET_COMMANDS,
    AddNote,
    ReplyAsRequester,
    ReplyToRequester,
    TicketCommandData,
)
from shared.events.ticket_values import Message as Said
from shared.events.wire import command_headers
from shared.runtime.partition import PARTITIONER, partition_of
from shared.runtime.settings import Settings
from tests.faults.history import Asked, Seen
from tests.processing import ADA, OPEN, RITA, eventually, wish

PATIENCE_S = 3.0
"""How long an outcome is waited for."""
_REPLY_PARTITION = 1
_TURN_S = 0.005
_SENT_AGAIN = 0.5


class Load:
    """A thread that opens tickets and writes on them; `history` holds what is settled so far."""

    def __init__(self, settings: Settings, seed: int, tickets: int, per_second: float) -> None:
        self._settings = settings
        self._random = random.Random(seed)  # noqa: S311 - a load that can be had again, no secret
        self._tickets = [UUID(int=self._random.getrandbits(128), version=4) for _ in range(tickets)]
        self._opened: set[UUID] = set()
        self._period_s = 1 / per_second
        self._waiting: dict[UUID, tuple[Command[TicketCommandData], float]] = {}
        self._again: deque[Command[TicketCommandData]] = deque()
        self._history: list[Asked] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="load")
        self._work: Future[None] = Future()
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka_bootstrap_servers,
                "partitioner": PARTITIONER,
                "enable.idempotence": True,
                "linger.ms": 0,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
            }
        )
        self._consumer = self._replies()

    @property
    def history(self) -> list[Asked]:
        with self._lock:
            return list(self._history)

    def start(self) -> None:
        self._work = self._thread.submit(self._run)
        self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Returns when the fate of all that was sent is settled; safe to call again."""
        self._stopping.set()
        self._work.result()
        assert self._producer.flush(60) == 0

    def recovered_at(self, moment: float) -> float | None:
        """When each partition had answered a command that was sent after that moment; None: not yet."""
        first: dict[int, float] = {}
        with self._lock:
            for asked in reversed(self._history):
                if asked.sent_at < moment - 2 * PATIENCE_S:
                    break  # settled before that moment, as is all that stands before it
                if asked.answered_at is not None and asked.sent_at > moment:
                    partition = partition_of(asked.ticket.encode(), self._settings.partitions)
                    first[partition] = min(asked.answered_at, first.get(partition, asked.answered_at))
        return max(first.values()) if len(first) == self._settings.partitions else None

    def _replies(self) -> Consumer:
        consumer = Consumer(
            {
                "bootstrap.servers": self._settings.kafka_bootstrap_servers,
                "group.id": "load",
                "enable.auto.commit": False,
                "isolation.level": "read_uncommitted",
                "auto.offset.reset": "latest",
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
            }
        )
        place = TopicPartition(self._settings.topic("ticket.outcomes"), _REPLY_PARTITION)
        found = eventually(lambda: _end(consumer, place), 30)
        end = 0 if found is None else found.high
        consumer.assign([TopicPartition(place.topic, place.partition, end)])
        return consumer

    def _run(self) -> None:
        try:
            due = time.monotonic()
            while not self._stopping.is_set() or self._waiting:
                now = time.monotonic()
                if now >= due and not self._stopping.is_set():
                    self._send(self._next(), now)
                    due = max(due + self._period_s, now - 1.0)
                self._producer.poll(0)
                for message in self._consumer.consume(100, timeout=_TURN_S):
                    self._receive(message)
                self._give_up(time.monotonic())
        finally:
            self._consumer.close()

    def _next(self) -> Command[TicketCommandData]:
        if self._again:
            return self._again.popleft()
        ticket = self._random.choice(self._tickets)
        if ticket not in self._opened:
            self._opened.add(ticket)
            command = wish(OPEN, ticket, RITA)
        else:
            said = Said(Plain(f"Number {self._random.getrandbits(32)}."))
            written = self._random.choice((AddNote, ReplyToRequester, ReplyAsRequester))(said)
            command = wish(written, ticket, RITA if isinstance(written, ReplyAsRequester) else ADA)
        return replace(command, reply_to=_REPLY_PARTITION)

    def _send(self, command: Command[TicketCommandData], now: float) -> None:
        headers = command_headers(command, TICKET_COMMANDS.name_of(command.data), b"/tests/load")
        self._waiting[command.id] = (command, now)
        try:
            self._producer.produce(
                self._settings.topic("ticket.commands"),
                TICKET_COMMANDS.encode(command.data),
                key=command.subject.encode(),
                headers=headers,  # type: ignore[arg-type] # the client's stubs want str | None too
            )
        except BufferError:
            self._settle(command.id, Seen.FAILED, None, None)

    def _receive(self, message: Message) -> None:
        """An error is the fault under test: the client goes on by itself."""
        if message.error() is not None or COPY_HEADER not in dict(message.headers() or []):
            return
        outcome: Outcome = decode_outcome(message.value())
        result = outcome.result
        if isinstance(result, Accepted):
            self._settle(outcome.command_id, Seen.ACCEPTED, result.version, time.monotonic())
        else:
            self._settle(outcome.command_id, Seen.REFUSED, None, time.monotonic())

    def _settle(self, command_id: UUID, seen: Seen, version: int | None, answered_at: float | None) -> None:
        """An outcome that comes after the patience has ended changes nothing."""
        waiting = self._waiting.pop(command_id, None)
        if waiting is None:
            return
        command, sent_at = waiting
        with self._lock:
            self._history.append(Asked(command_id, command.subject, sent_at, seen, version, answered_at))

    def _give_up(self, now: float) -> None:
        """Half of what is unknown is sent again under the same id, as careful clients do."""
        for command_id, (command, sent_at) in list(self._waiting.items()):
            if now - sent_at <= PATIENCE_S:
                break
            self._settle(command_id, Seen.UNKNOWN, None, None)
            if self._random.random() < _SENT_AGAIN:
                self._again.append(command)


@contextmanager
def steady_load(settings: Settings, seed: int, *, tickets: int = 40, per_second: float = 60.0) -> Iterator[Load]:
    load = Load(settings, seed, tickets, per_second)
    load.start()
    try:
        yield load
    finally:
        load.stop()


@dataclass(frozen=True, slots=True)
class _End:
    high: int


def _end(consumer: Consumer, place: TopicPartition) -> _End | None:
    """None while a partition that was just made has no leader that knows it."""
    try:
        _, high = consumer.get_watermark_offsets(place, timeout=10)
    except KafkaException as failure:
        if failure.args[0].retriable() or failure.args[0].code() == KafkaError.NOT_LEADER_FOR_PARTITION:
            return None
        raise
    return _End(high)
