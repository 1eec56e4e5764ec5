"""The topics of the contract: their partitions and retention, made once and checked at every start."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from shared.runtime.client_log import CLIENT_LOG
from shared.runtime.settings import Settings

_WEEK = timedelta(days=7)
_TIMEOUT_S = 30.0

DELETE_RETENTION = timedelta(days=7)
"""How long a deletion stays readable in a compacted topic; a checkpoint older than this is discarded."""


class TopicMismatch(Exception):
    """A topic that is there is not as the configuration says; nothing was changed."""


class TopicMissing(TopicMismatch):
    """A topic is not there, or the broker has not heard of it yet."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """`single` topics have one partition, all others `Settings.partitions`."""

    name: str
    config: Mapping[str, str] = field(default_factory=dict)
    single: bool = False

    def partitions(self, settings: Settings) -> int:
        return 1 if self.single else settings.partitions


def _kept(period: timedelta | None) -> dict[str, str]:
    return {"retention.ms": "-1" if period is None else str(int(period.total_seconds() * 1000))}


_COMMANDS = {**_kept(_WEEK), "message.timestamp.type": "LogAppendTime", "segment.ms": "3600000"}
_FOR_EVER = {**_kept(None), "cleanup.policy": "delete"}
_COMPACTED = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.2",
    "delete.retention.ms": str(int(DELETE_RETENTION.total_seconds() * 1000)),
}

TOPICS = (
    TopicSpec("ticket.commands", _COMMANDS),
    TopicSpec("ticket.events", _FOR_EVER),
    TopicSpec("ticket.snapshots", _COMPACTED),
    TopicSpec("ticket.outcomes", _kept(_WEEK)),
    TopicSpec("agent.commands", _COMMANDS),
    TopicSpec("agent.events", _FOR_EVER),
    TopicSpec("agent.snapshots", _COMPACTED),
    TopicSpec("routing.requests", {**_kept(_WEEK), "message.timestamp.type": "LogAppendTime"}, single=True),
    TopicSpec("presence.events", _kept(timedelta(days=30))),
    TopicSpec("directory.commands", _COMMANDS, single=True),
    TopicSpec("directory.events", _FOR_EVER, single=True),
    TopicSpec("directory.snapshots", _COMPACTED, single=True),
)


def dead_letters(group: str) -> TopicSpec:
    """The topic of what a consumer group could not handle."""
    return TopicSpec(f"dead-letters.{group}", _kept(timedelta(days=30)), single=True)


def admin(settings: Settings) -> AdminClient:
    return AdminClient({"bootstrap.servers": settings.kafka_bootstrap_servers}, logger=CLIENT_LOG)


def create_topics(settings: Settings, specs: Iterable[TopicSpec] = TOPICS) -> None:
    """Make what is missing. Raise `TopicMismatch` where a topic has another number of partitions."""
    client = admin(settings)
    wanted = list(specs)
    present = client.list_topics(timeout=_TIMEOUT_S).topics
    missing = [spec for spec in wanted if settings.topic(spec.name) not in present]
    made = {}
    if missing:
        made = client.create_topics(
            [
                NewTopic(
                    settings.topic(spec.name),
                    num_partitions=spec.partitions(settings),
                    replication_factor=settings.replication_factor,
                    config={**spec.config, "min.insync.replicas": str(settings.min_insync_replicas)},
                )
                for spec in missing
            ],
            operation_timeout=_TIMEOUT_S,
        )
    for future in made.values():
        try:
            future.result()
        except KafkaException as failure:
            if failure.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
    _wait_for(settings, wanted)


def _wait_for(settings: Settings, specs: Iterable[TopicSpec]) -> None:
    """The controller makes a topic, and brokers hear of it a little later."""
    deadline = time.monotonic() + _TIMEOUT_S
    while True:
        try:
            check_topics(settings, specs)
        except TopicMissing:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def check_topics(settings: Settings, specs: Iterable[TopicSpec] = TOPICS) -> None:
    """Raise `TopicMismatch` where a topic is missing or has another number of partitions than it should."""
    wanted = {settings.topic(spec.name): spec.partitions(settings) for spec in specs}
    client = admin(settings)  # kept by name: a client that is collected takes its answers with it
    described = client.describe_topics(TopicCollection(list(wanted)))
    for name, future in described.items():
        try:
            count = len(future.result().partitions)
        except KafkaException as failure:
            if failure.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise TopicMissing(f"the topic {name} is missing: run `casefold topics create`") from failure
            raise
        if count != wanted[name]:
            raise TopicMismatch(
                f"the topic {name} has {count} partitions and the configuration says {wanted[name]}; a topic's "
                f"number of partitions is fixed when it is made, so set CASEFOLD_PARTITIONS={count}"
            )


def topic_ids(settings: Settings, names: Iterable[str]) -> dict[str, UUID]:
    """The broker's own id of each topic, by the contract's name: another id means another topic."""
    full = {settings.topic(name): name for name in names}
    client = admin(settings)  # kept by name: a client that is collected takes its answers with it
    described = client.describe_topics(TopicCollection(list(full)))
    return {full[name]: _uuid(future.result().topic_id) for name, future in described.items()}


def _uuid(topic_id: object) -> UUID:
    """Kafka's Uuid is two signed 64-bit halves."""
    high: int = topic_id.get_most_significant_bits()  # type: ignore[attr-defined] # the client's Uuid is untyped
    low: int = topic_id.get_least_significant_bits()  # type: ignore[attr-defined] # as above
    return UUID(int=((high & 0xFFFFFFFFFFFFFFFF) << 64) | (low & 0xFFFFFFFFFFFFFFFF))
