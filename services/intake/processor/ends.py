"""The ends of a partition, and waiting until no open transaction hides a part of it."""

import time

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call] # the client leaves it untyped
_EARLIEST = OffsetSpec.earliest()  # type: ignore[no-untyped-call] # as above
_TIMEOUT_S = 10.0
_PAUSE_S = 0.005


def end(client: AdminClient, topic: str, partition: int, isolation: IsolationLevel) -> int:
    """READ_UNCOMMITTED: the high watermark; READ_COMMITTED: the last stable offset."""
    place = TopicPartition(topic, partition)
    asked = client.list_offsets({place: _LATEST}, isolation_level=isolation, request_timeout=_TIMEOUT_S)
    return int(asked[place].result(_TIMEOUT_S).offset)


def start(client: AdminClient, topic: str, partition: int) -> int:
    """The first offset that retention has left."""
    place = TopicPartition(topic, partition)
    asked = client.list_offsets({place: _EARLIEST}, request_timeout=_TIMEOUT_S)
    return int(asked[place].result(_TIMEOUT_S).offset)


def await_stable(client: AdminClient, topic: str, partition: int, timeout_s: float) -> int:
    """The high watermark, once all below it is committed or aborted. Raise `TimeoutError` where that takes long.

    Every earlier writer of the partition must be fenced already, so that the mark stands still.
    """
    high = end(client, topic, partition, IsolationLevel.READ_UNCOMMITTED)
    deadline = time.monotonic() + timeout_s
    while end(client, topic, partition, IsolationLevel.READ_COMMITTED) < high:
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"{topic}-{partition} is held by a transaction that does not end: "
                "`casefold transactions list` says whether it ever will"
            )
        time.sleep(_PAUSE_S)
    return high
