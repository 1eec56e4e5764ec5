"""Finding what holds a partition for ever, and ending it as its coordinator had decided."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import KafkaError, for_code

from services.ops.hanging.decisions import Decision, decision
from services.ops.hanging.requests import NO_TAGS, Asked, FindWriters, ListTransactions, WriteMarks, by_topic
from services.ops.trouble import Trouble
from shared.runtime.settings import Settings
from shared.runtime.topics import TOPICS

_OVER = frozenset({"Empty", "CompleteCommit", "CompleteAbort", "Dead"})
"""States in which a coordinator writes no mark any more."""
_NONE = -1


@dataclass(frozen=True, slots=True)
class Hanging:
    """Open in a partition from `start` on, and over for its coordinator.

    `transactional_id` is None where no coordinator knows the producer, `decided` where it is not on record.
    """

    topic: str
    partition: int
    start: int
    producer_id: int
    producer_epoch: int
    coordinator_epoch: int
    last_written: datetime
    transactional_id: str | None = None
    decided: Decision | None = None


async def hanging(settings: Settings) -> list[Hanging]:
    """All, by topic and partition. What is merely under way is not among them."""
    async with _connected(settings) as (client, cluster):
        places = _places(settings, cluster)
        before = await _open(client, cluster, places)
        known = await _coordinated(client, cluster)
        # Asked again: a coordinator says that it is over after the last mark was written, never before.
        after = await _open(client, cluster, places)
    found = []
    for one in before:
        name, state = known.get(one.producer_id, (None, "Dead"))
        still = {(other.topic, other.partition, other.producer_id, other.start) for other in after}
        if state in _OVER and (one.topic, one.partition, one.producer_id, one.start) in still:
            found.append(replace(one, transactional_id=name))
    return [replace(one, decided=_decided(settings, one)) for one in found]


async def end(settings: Settings, one: Hanging, decided: Decision) -> None:
    """Write the mark that is missing. Raise `Trouble` where the partition's leader refuses it."""
    mark = (
        one.producer_id,
        one.producer_epoch,
        decided is Decision.COMMIT,
        by_topic([(one.topic, one.partition)]),
        max(one.coordinator_epoch, 0),
        NO_TAGS,
    )
    async with _connected(settings) as (client, cluster):
        answer = await client.send(
            _leader(cluster, (one.topic, one.partition)), Asked(WriteMarks(marks=[mark], tags=NO_TAGS))
        )
    ((_, ((_, ((_, code, _),), _),), _),) = answer.marks
    _check(code, f"the mark in {one.topic}/{one.partition}")


def _decided(settings: Settings, one: Hanging) -> Decision | None:
    if one.transactional_id is None:
        return None
    place = one.topic, one.partition
    return decision(settings, one.transactional_id, one.producer_id, place, one.last_written)


def _places(settings: Settings, cluster: ClusterMetadata) -> list[tuple[str, int]]:
    """Every partition of Casefold's topics that is there."""
    wanted = {settings.topic(spec.name) for spec in TOPICS}
    letters = settings.topic("dead-letters.")
    topics = sorted(topic for topic in cluster.topics() if topic in wanted or topic.startswith(letters))
    return [(topic, one) for topic in topics for one in sorted(cluster.partitions_for_topic(topic) or ())]


async def _open(
    client: AIOKafkaClient, cluster: ClusterMetadata, places: Sequence[tuple[str, int]]
) -> list[Hanging]:
    """The transactions that are open in them now."""
    by_leader: dict[int, list[tuple[str, int]]] = {}
    for place in places:
        by_leader.setdefault(_leader(cluster, place), []).append(place)
    found = []
    for leader, led in by_leader.items():
        answer = await client.send(leader, Asked(FindWriters(topics=by_topic(led), tags=NO_TAGS)))
        for topic, partitions, _ in answer.topics:
            for partition, code, _, writers, _ in partitions:
                _check(code, f"the writers of {topic}/{partition}")
                for producer, epoch, _, written_ms, coordinator, start, _ in writers:
                    if start != _NONE:
                        written = datetime.fromtimestamp(written_ms / 1000, UTC)
                        found.append(Hanging(topic, partition, start, producer, epoch, coordinator, written))
    return sorted(found, key=lambda one: (one.topic, one.partition, one.start))


async def _coordinated(client: AIOKafkaClient, cluster: ClusterMetadata) -> dict[int, tuple[str | None, str]]:
    """Transactional id and state, by producer id, of what any broker coordinates."""
    known: dict[int, tuple[str | None, str]] = {}
    for broker in cluster.brokers():
        answer = await client.send(
            broker.nodeId, Asked(ListTransactions(states=[], producer_ids=[], tags=NO_TAGS))
        )
        _check(answer.error_code, f"the transactions of broker {broker.nodeId}")
        for name, producer, state, _ in answer.transactions:
            known[producer] = name, state
    return known


def _leader(cluster: ClusterMetadata, place: tuple[str, int]) -> int:
    leader = cluster.leader_for_partition(TopicPartition(*place))
    if leader is None or leader == _NONE:
        raise Trouble(f"{place[0]}/{place[1]} has no leader: its brokers must be up first")
    return int(leader)


def _check(code: int, wanted: str) -> None:
    if code:
        raise Trouble(f"Kafka did not give {wanted}: {for_code(code).__name__}")


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[tuple[AIOKafkaClient, ClusterMetadata]]:
    client = AIOKafkaClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await client.bootstrap()
        yield client, await client.fetch_all_metadata()
    except (KafkaError, ValueError) as failure:
        raise Trouble(f"Kafka at {settings.kafka_bootstrap_servers} does not answer: {failure}") from failure
    finally:
        await client.close()
