"""The process's membership in the group: which partitions it holds, a lane for each."""

import time
from collections.abc import Callable, Sequence

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from services.intake.processor import log
from services.intake.processor.aggregate import AnyAggregate
from services.intake.processor.handle import Lot
from services.intake.processor.lane import Lane
from services.intake.processor.restore import Topics
from shared.runtime.settings import Settings
from shared.runtime.topics import topic_ids

_POLL_S = 0.1
_LAG_EVERY_S = 5.0
_FINISH_S = 8.0
_ASK_S = 2.0


class LaneFailed(Exception):
    """A lane ended for a reason that no new beginning mends."""


class Membership:
    """`run` until told to stop. Group offsets are for showing lag only: the log itself says where to go on."""

    def __init__(self, settings: Settings, aggregates: Sequence[AnyAggregate], copies: Producer) -> None:
        self._settings = settings
        self._copies = copies
        self._aggregates = {settings.topic(f"{a.stream}.commands"): a for a in aggregates}
        self._topics = {a.stream: _topics(settings, a.stream) for a in aggregates}
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._assigned = False
        self._lag_shown_at = 0.0

    def run(self, stopping: Callable[[], bool], ready: Callable[[], None]) -> None:
        """Raise `LaneFailed`, or `KafkaException` where the client is broken for good."""
        consumer = log.group_consumer(self._settings)
        try:
            consumer.subscribe(
                list(self._aggregates), on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke
            )
            while not stopping():
                self._turn(consumer)
                if self._assigned and all(lane.serving.is_set() for lane in self._lanes.values()):
                    ready()
        finally:
            self._drop(list(self._lanes))
            consumer.close()

    def _turn(self, consumer: Consumer) -> None:
        message = consumer.poll(_POLL_S)
        error = None if message is None else message.error()
        if error is not None and error.fatal():
            raise KafkaException(error)
        for lane in list(self._lanes.values()):
            if lane.ending is not None:
                place = f"{lane.lot.aggregate.stream} partition {lane.lot.partition}"
                raise LaneFailed(f"the lane of {place} failed: {lane.ending}") from lane.ending
        self._confirm(consumer)
        self._show_lag(consumer)

    def _confirm(self, consumer: Consumer) -> None:
        """Let lanes begin anew that want to: from a member that it has given up the group takes no offset.

        While it gives no answer they wait; where it has given this member up, they are dropped for it.
        """
        asking = {place: lane for place, lane in self._lanes.items() if lane.asking.is_set()}
        if not asking:
            return
        places = [TopicPartition(topic, partition) for topic, partition in asking]
        try:
            stands = consumer.committed(places, timeout=_ASK_S)
            as_they_are = [log.at(one.topic, one.partition, max(one.offset, 0)) for one in stands]
            taken = consumer.commit(offsets=as_they_are, asynchronous=False)
        except KafkaException:
            return
        if all(one.error is None for one in taken or ()):
            for lane in asking.values():
                lane.asking.clear()

    def _assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_assign(partitions)
        consumer.pause(partitions)
        for place in partitions:
            lane = self._lane(place)
            self._lanes[(place.topic, place.partition)] = lane
            lane.start()
        self._assigned = True

    def _revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._drop([(place.topic, place.partition) for place in partitions])
        consumer.incremental_unassign(partitions)

    def _drop(self, places: list[tuple[str, int]]) -> None:
        """Lanes end in parallel; one that is stuck in a dead broker is left to its fencing."""
        lanes = [lane for place in places if (lane := self._lanes.pop(place, None)) is not None]
        for lane in lanes:
            lane.ask_to_stop()
        deadline = time.monotonic() + _FINISH_S
        for lane in lanes:
            lane.join(max(0.0, deadline - time.monotonic()))

    def _lane(self, place: TopicPartition) -> Lane:
        aggregate = self._aggregates[place.topic]
        partitions = 1 if aggregate.stream == "directory" else self._settings.partitions
        lot = Lot(aggregate, place.partition, partitions, self._settings.partitions, self._settings.command_memory)
        return Lane(self._settings, lot, self._topics[aggregate.stream], self._copies)

    def _show_lag(self, consumer: Consumer) -> None:
        if time.monotonic() - self._lag_shown_at < _LAG_EVERY_S or not self._lanes:
            return
        self._lag_shown_at = time.monotonic()
        consumer.commit(
            offsets=[
                log.at(topic, partition, lane.next_offset)
                for (topic, partition), lane in self._lanes.items()
                if lane.serving.is_set()
            ],
            asynchronous=True,
        )


def _topics(settings: Settings, stream: str) -> Topics:
    ids = topic_ids(settings, [f"{stream}.{kind}" for kind in ("commands", "events", "snapshots")])
    return Topics(stream, ids[f"{stream}.commands"], ids[f"{stream}.events"], ids[f"{stream}.snapshots"])
