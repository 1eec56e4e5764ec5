"""Where a group that sends commands begins to read: said once, by a person or when its topics are made.

Such a group never resets its offsets: from the beginning it would send again what was sent before, from the end
it would leave things undone, and neither would be noticed.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import wait
from contextlib import closing
from enum import StrEnum
from typing import TypeVar

from confluent_kafka import (
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from shared.runtime.client_log import CLIENT_LOG
from shared.runtime.settings import Settings
from shared.runtime.topics import admin

_TIMEOUT_S = 30.0
_PAUSE_S = 0.05
_NOT_KNOWN_YET = frozenset(
    {
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    }
)

PlaceT = TypeVar("PlaceT", bound=tuple[str, int])
ResultT = TypeVar("ResultT")

Offsets = Mapping[tuple[str, int], int]
"""By topic, with its prefix, and partition."""


class OffsetsMissing(Exception):
    """The group does not say where it stands, or stands where the log is not."""


class At(StrEnum):
    BEGINNING = "beginning"
    END = "end"


_SPECS = {
    At.BEGINNING: OffsetSpec.earliest(),  # type: ignore[no-untyped-call] # the client leaves it untyped
    At.END: OffsetSpec.latest(),  # type: ignore[no-untyped-call] # as above
}


def provision(settings: Settings, group: str, topics: Iterable[str]) -> int:
    """Let a group begin at 0 where nothing was ever written; the number of partitions where it did not stand yet.

    There 0 is the beginning and the end in one, so that nothing can be sent twice or be missed. Call it when the
    topics have been made and before anything writes to them.
    """
    nothing = {place for place, end in ends(settings, topics, At.END).items() if end == 0}
    found = committed(settings, group, topics)
    begun: Offsets = {place: 0 for place, offset in found.items() if offset is None and place in nothing}
    write(settings, group, begun)
    return len(begun)


def committed(settings: Settings, group: str, topics: Iterable[str]) -> dict[tuple[str, int], int | None]:
    """Where the group stands in each partition; None: nowhere."""
    places = [TopicPartition(*place) for place in _places(admin(settings), settings, topics)]
    with closing(_member(settings, group)) as member:
        found = _once_known(lambda: member.committed(places, timeout=_TIMEOUT_S))
    return {(one.topic, one.partition): None if one.offset < 0 else one.offset for one in found}


def write(settings: Settings, group: str, offsets: Offsets) -> None:
    """Raise `KafkaException` where the group has members: it is theirs to say."""
    if not offsets:
        return
    wanted = [TopicPartition(topic, partition, offset) for (topic, partition), offset in offsets.items()]
    with closing(_member(settings, group)) as member:
        for one in _once_known(lambda: member.commit(offsets=wanted, asynchronous=False)) or ():
            if one.error is not None:
                place = f"{one.topic}/{one.partition}"
                raise OffsetsMissing(f"the offset of the group {group} in {place} was not taken: {one.error}")


def _member(settings: Settings, group: str) -> Consumer:
    """Of the group in name only: it never joins.

    The client's own questions about a group (`list_consumer_group_offsets`) end the process where the broker has
    not found the group's coordinator yet, as on a broker that has just been started.
    """
    return Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "group.id": settings.group(group),
            "enable.auto.commit": False,
        },
        logger=CLIENT_LOG,
    )


def ends(settings: Settings, topics: Iterable[str], at: At) -> dict[tuple[str, int], int]:
    """The first offset of every partition, or that after the last record that a reader of committed ones gets."""
    return _once_known(lambda: _ends(settings, topics, at))


def _ends(settings: Settings, topics: Iterable[str], at: At) -> dict[tuple[str, int], int]:
    client = admin(settings)
    asked = {TopicPartition(*place): _SPECS[at] for place in _places(client, settings, topics)}
    answers = client.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=_TIMEOUT_S)
    wait(answers.values())  # a client that goes while it is still to answer takes the process with it
    return {(place.topic, place.partition): future.result().offset for place, future in answers.items()}


def _once_known(ask: Callable[[], ResultT]) -> ResultT:
    """A partition that was just made has no leader yet, and a group of a broker just started no coordinator."""
    deadline = time.monotonic() + _TIMEOUT_S
    while True:
        try:
            return ask()
        except KafkaException as failure:
            if failure.args[0].code() not in _NOT_KNOWN_YET or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)


def check(
    group: str, offsets: Mapping[PlaceT, int | None], first: Mapping[PlaceT, int], after: Mapping[PlaceT, int]
) -> None:
    """Raise `OffsetsMissing` unless every offset is one from which the log can be read."""
    mend = f"`casefold groups start {group} --at beginning|end` after you have looked at what it may have missed"
    for at, offset in sorted(offsets.items()):
        place = f"{at[0]}/{at[1]}"
        if offset is None:
            raise OffsetsMissing(
                f"the group {group} has no committed offset in {place}, and would have to guess what it has sent: "
                f"say where it begins by {mend}"
            )
        if not first[at] <= offset <= after[at]:
            raise OffsetsMissing(
                f"the group {group} stands at {offset} in {place}, which holds {first[at]} to {after[at]}: say "
                f"where it goes on by {mend}"
            )


def _places(client: AdminClient, settings: Settings, topics: Iterable[str]) -> list[tuple[str, int]]:
    known = client.list_topics(timeout=_TIMEOUT_S).topics
    wanted = [settings.topic(topic) for topic in topics]
    missing = [topic for topic in wanted if topic not in known]
    if missing:
        raise OffsetsMissing(f"the topic {missing[0]} is missing")
    return [(topic, partition) for topic in wanted for partition in known[topic].partitions]
