"""How the processor speaks to Kafka: its clients' settings and what their errors mean for a partition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from shared.runtime.client_log import CLIENT_LOG
from shared.runtime.partition import PARTITIONER
from shared.runtime.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

GROUP = "intake-processor.v1"

_GATHER_MS = 100
"""Longer than it takes to produce a transaction's records; its commit sends at once what is there.

With 0 a request left for every few records, at four times the cost for the client's threads and twice for the
broker.
"""


def transactional_producer(settings: Settings, topic: str, partition: int) -> Producer:
    """The id is the partition's own, so that whoever takes it over fences whoever had it."""
    return Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "client.id": f"{settings.instance}-{topic}-{partition}",
            "transactional.id": f"{settings.topic(topic)}-{partition}",
            "transaction.timeout.ms": _ms(settings.transaction_timeout.total_seconds()),
            "partitioner": PARTITIONER,
            "acks": "all",
            "linger.ms": _GATHER_MS,
            "compression.type": "lz4",
            "retry.backoff.ms": 5,
            "retry.backoff.max.ms": 200,
            "queue.buffering.max.messages": 100_000,
            "message.timeout.ms": _ms(settings.transaction_timeout.total_seconds()),
        },
        logger=CLIENT_LOG,
    )


def copies_producer(settings: Settings) -> Producer:
    """For the copies of outcomes: whoever waits for one that is lost reads the record instead.

    The first of many leaves at once; while it is under way, those behind it gather for the next request.
    """
    return Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "client.id": f"{settings.instance}-copies",
            "acks": 1,
            "linger.ms": 0,
            "max.in.flight.requests.per.connection": 2,
            "message.timeout.ms": 5000,
        },
        logger=CLIENT_LOG,
    )


def partition_consumer(settings: Settings, more: Mapping[str, object] | None = None) -> Consumer:
    """Reads one partition from where it is told, without a group's say; it reports the partition's end."""
    return Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "client.id": f"{settings.instance}-lane",
            "group.id": settings.group(GROUP),
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 500,
            "fetch.error.backoff.ms": 50,
            "fetch.queue.backoff.ms": 10,
            "queued.max.messages.kbytes": 8192,
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 500,
            **(more or {}),
        },
        logger=CLIENT_LOG,
    )


def group_consumer(settings: Settings) -> Consumer:
    """The process's membership in the group; it reads nothing."""
    return Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "client.id": f"{settings.instance}-membership",
            "group.id": settings.group(GROUP),
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": _ms(settings.session_timeout.total_seconds()),
            "heartbeat.interval.ms": max(100, _ms(settings.session_timeout.total_seconds() / 4)),
            "auto.offset.reset": "earliest",
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 500,
        },
        logger=CLIENT_LOG,
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record as it lies on its partition; `appended_at` is the broker's time."""

    offset: int
    appended_at: datetime
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def arrived(message: Message) -> Arrived:
    """Raise `KafkaException` where the message is an error of the client's."""
    error = message.error()
    if error is not None:
        raise KafkaException(error)
    return Arrived(
        cast("int", message.offset()),
        _EPOCH + timedelta(milliseconds=message.timestamp()[1]),
        message.key() or b"",
        message.value() or b"",
        cast("list[tuple[str, bytes]]", message.headers() or []),
    )


def at(topic: str, partition: int, offset: int) -> TopicPartition:
    return TopicPartition(topic, partition, offset)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
