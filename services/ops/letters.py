"""The dead letters of a consumer group, read from its topic: each with what was done about it since."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from uuid import uuid4

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from services.ops.trouble import Trouble
from shared.runtime.client_log import CLIENT_LOG
from shared.runtime.dead_letters import ACTION, REDRIVE, REFUSED, SETTLES
from shared.runtime.partition import PARTITIONER
from shared.runtime.settings import Settings

_TIMEOUT_S = 30.0
_POLL_S = 0.1
"""The client waits so long for a full batch, also where none will come."""


class NoAnswer(Trouble):
    """Kafka did not answer, or did not take a record."""


@dataclass(frozen=True, slots=True)
class Letter:
    """`place` is `<partition>-<offset>` in the group's topic; `action` what settled it, if anything did.

    `refused`: why it failed again, each time that somebody asked for it.
    """

    group: str
    place: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    action: str | None = None
    refused: tuple[str, ...] = ()

    def says(self, header: str) -> str:
        return dict(self.headers).get(header, b"").decode(errors="replace")

    @property
    def name(self) -> str:
        """By which people name it."""
        return f"{self.group}/{self.place}"

    @property
    def subject(self) -> str:
        return self.says("ce_subject") or (self.key or b"").decode(errors="replace")


def letters(settings: Settings, group: str) -> list[Letter]:
    """All that are kept, oldest first; none where the group has no such topic yet."""
    found: dict[str, Letter] = {}
    for message in _records(settings, settings.topic(f"dead-letters.{group}")):
        headers = cast("Sequence[tuple[str, bytes]]", message.headers() or [])
        said = dict(headers)
        settled, refused = said.get(SETTLES), said.get(REFUSED)
        if REDRIVE in said:
            continue
        if refused is not None:
            if refused.decode() in found:
                letter = found[refused.decode()]
                reason = said.get("dl_reason", b"").decode(errors="replace")
                found[letter.place] = replace(letter, refused=(*letter.refused, reason))
        elif settled is None:
            place = f"{message.partition()}-{message.offset()}"
            found[place] = Letter(group, place, message.key(), message.value(), headers)
        elif settled.decode() in found:
            letter = found[settled.decode()]
            found[letter.place] = replace(letter, action=said.get(ACTION, b"").decode())
    return list(found.values())


def settle(settings: Settings, letter: Letter, action: str) -> None:
    """Put on record, in the same partition, what was done."""
    _note(settings, letter, {SETTLES: letter.place, ACTION: action})


def ask_for(settings: Settings, letter: Letter) -> None:
    """Put on record that its group's worker shall handle it now, with all that waits behind it."""
    _note(settings, letter, {REDRIVE: letter.place})


def _note(settings: Settings, letter: Letter, said: Mapping[str, str]) -> None:
    _produce(
        settings,
        f"dead-letters.{letter.group}",
        key=letter.key,
        value=None,
        headers=[(name, text.encode()) for name, text in said.items()],
        partition=int(letter.place.split("-")[0]),
    )


def send_again(settings: Settings, letter: Letter) -> None:
    """The original record, to its topic; where its key belongs, wherever it lay before."""
    headers = [(name, value) for name, value in letter.headers if not name.startswith("dl_")]
    _produce(settings, letter.says("dl_topic"), key=letter.key, value=letter.value, headers=headers)


def _produce(  # noqa: PLR0913 - a record has so many parts
    settings: Settings,
    topic: str,
    *,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes]],
    partition: int = -1,
) -> None:
    """Partition -1: where the key belongs."""
    failures: list[KafkaError] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failures.append(error)

    producer = Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "partitioner": PARTITIONER,
            "acks": "all",
            "enable.idempotence": True,
            "allow.auto.create.topics": False,
            "message.timeout.ms": int(_TIMEOUT_S * 1000),
        },
        logger=CLIENT_LOG,
    )
    producer.produce(
        settings.topic(topic),
        value=value,
        key=key,
        headers=cast("list[tuple[str, str | bytes | None]]", list(headers)),
        on_delivery=delivered,
        partition=partition,
    )
    if producer.flush(_TIMEOUT_S) or failures:
        raise NoAnswer(f"Kafka did not take the record for {topic}: {failures[0] if failures else 'no answer'}")


def _records(settings: Settings, topic: str) -> Iterator[Message]:
    """Up to the topic's present end."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "group.id": f"dead-letters-{uuid4()}",  # nothing is committed to it
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 10,
            "allow.auto.create.topics": False,
        },
        logger=CLIENT_LOG,
    )
    try:
        known = consumer.list_topics(timeout=_TIMEOUT_S).topics
        left = set(known[topic].partitions) if topic in known else set()
        consumer.assign([TopicPartition(topic, partition, 0) for partition in left])
        deadline = time.monotonic() + _TIMEOUT_S
        while left:
            if time.monotonic() > deadline:
                raise NoAnswer(f"Kafka does not give {topic} to its end")
            for message in consumer.consume(1000, timeout=_POLL_S):
                deadline = time.monotonic() + _TIMEOUT_S
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's public name for it
                    left.discard(cast("int", message.partition()))
                else:
                    raise NoAnswer(f"Kafka does not give {topic}: {error.str()}")
    except KafkaException as failure:
        raise NoAnswer(
            f"Kafka does not answer at {settings.kafka_bootstrap_servers}: {failure.args[0].str()}"
        ) from failure
    finally:
        consumer.close()
