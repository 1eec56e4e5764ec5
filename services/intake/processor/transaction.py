"""One transaction of a lane: events, snapshots, outcomes, derived commands, dead letters and the position."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from services.intake.processor.handle import Handled, Lot
from services.intake.processor.position import POSITION_KEY, Position, encode_position
from services.intake.processor.staged import Staged
from shared.events.outcomes import COPY_HEADER, CORRELATION_HEADER, POSITION_HEADER
from shared.events.streams import COMMANDS
from shared.events.wire import command_headers, event_headers
from shared.runtime.dead_letters import DeadLetter

SOURCE = b"/casefold/intake-processor"
_OUTCOME_HEADERS = [("content-type", b"application/json"), ("ce_type", b"casefold.outcome.v1")]
_QUEUE_FULL_WAIT_S = 0.05


@dataclass(slots=True)
class Ends:
    """Offsets after the last event and the last snapshot that this lane has written."""

    events: int
    snapshots: int


class Transaction:
    """Fails as a whole: any error leaves it to be aborted, and nothing of it was ever readable."""

    def __init__(self, producer: Producer, topic: Callable[[str], str], lot: Lot, ends: Ends) -> None:
        self._producer = producer
        self._topic = topic
        self._lot = lot
        self._ends = ends
        self._outcomes = topic("ticket.outcomes")
        self._event_topic = topic(f"{lot.aggregate.stream}.events")
        self._snapshots = topic(f"{lot.aggregate.stream}.snapshots")

    def write(
        self, handled: Sequence[Handled], letters: Sequence[DeadLetter], staged: Staged, position: Position
    ) -> None:
        """Raise `KafkaException` where it is not certain that all is committed."""
        self._producer.begin_transaction()
        self._events(handled)
        for done in handled:
            self._produce(self._outcomes, done.outcome, partition=done.reply_to, headers=_OUTCOME_HEADERS)
        for letter in letters:
            self._produce(self._topic(letter.topic), letter.value, key=letter.key, headers=list(letter.headers))
        partition = self._lot.partition
        for subject, (_, snapshot) in staged.changed.items():
            self._produce(self._snapshots, snapshot, key=subject.encode(), partition=partition)
        self._produce(
            self._snapshots,
            encode_position(position),
            key=POSITION_KEY,
            partition=partition,
            on_delivery=self._snapshot_end,
        )
        self._producer.commit_transaction()

    def _events(self, handled: Sequence[Handled]) -> None:
        catalogue = self._lot.aggregate.events
        events = [event for done in handled for event in done.events]
        for event in events:
            self._produce(
                self._event_topic,
                catalogue.encode(event.data),
                key=event.subject.encode(),
                partition=self._lot.partition,
                headers=event_headers(event, catalogue.name_of(event.data), SOURCE),
                on_delivery=self._events_end if event is events[-1] else None,
            )
        for reaction in (reaction for done in handled for reaction in done.reactions):
            command, commands = reaction.command, COMMANDS[reaction.stream]
            self._produce(
                self._topic(f"{reaction.stream}.commands"),
                commands.encode(command.data),
                key=command.subject.encode(),
                headers=command_headers(command, commands.name_of(command.data), SOURCE),
            )

    def _produce(self, topic: str, value: bytes | None, **more: Any) -> None:  # noqa: ANN401 - as `produce` takes them
        while True:
            try:
                self._producer.produce(topic, value, **more)
            except BufferError:
                self._producer.poll(_QUEUE_FULL_WAIT_S)
            else:
                return

    def _events_end(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self._ends.events = cast("int", message.offset()) + 1

    def _snapshot_end(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self._ends.snapshots = cast("int", message.offset()) + 1


def send_copies(producer: Producer, topic: str, handled: Sequence[Handled], events_end: int) -> None:
    """The outcomes of a committed transaction, for whoever waits; a full queue drops them, as a crash would."""
    position = str(events_end - 1).encode()
    for done in handled:
        if not done.answers:
            continue
        headers: list[tuple[str, str | bytes | None]] = [
            (COPY_HEADER, b"1"),
            (CORRELATION_HEADER, done.correlation),
        ]
        if events_end > 0:
            headers.append((POSITION_HEADER, position))
        try:
            producer.produce(topic, done.outcome, partition=done.reply_to, headers=headers)
        except (BufferError, KafkaException):
            producer.poll(0)
    producer.poll(0)
