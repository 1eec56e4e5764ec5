"""What a coordinator decided of a transaction, as its own log, the topic `__transaction_state`, has it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from io import BytesIO
from typing import Any
from uuid import uuid4

from aiokafka.protocol.types import (
    Array,
    CompactArray,
    CompactString,
    Int8,
    Int16,
    Int32,
    Int64,
    Schema,
    String,
    TaggedFields,
)
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from services.ops.trouble import Trouble
from shared.runtime.client_log import CLIENT_LOG
from shared.runtime.settings import Settings

_LOG = "__transaction_state"
_TIMEOUT_S = 30.0
_BEFORE = timedelta(hours=1)
"""How far the clock of a writer may be ahead of the coordinator's."""

_KEY = Schema(("version", Int16), ("transactional_id", String("utf-8")))
_PLACES: Mapping[int, Any] = {
    0: Array(("topic", String("utf-8")), ("partitions", Array(Int32))),
    1: CompactArray(
        ("topic", CompactString("utf-8")), ("partitions", CompactArray(Int32)), ("tags", TaggedFields)
    ),
}
"""How a record names the partitions that take part, by its version."""


class Decision(StrEnum):
    COMMIT = "commit"
    ABORT = "abort"


_PREPARED = {2: Decision.COMMIT, 3: Decision.ABORT}
"""By the number of the state; it is written before the first mark is."""


def decision(
    settings: Settings, transactional_id: str, producer_id: int, place: tuple[str, int], since: datetime
) -> Decision | None:
    """The last one in which that partition took part; None: not on record any more.

    A later one would have ended in that partition what is open there, so it is of the transaction that is.
    `since`: when that was last written to.
    """
    found: Decision | None = None
    for message in _records(settings, transactional_id, since - _BEFORE):
        key, value = message.key(), message.value()
        if key is None or value is None or int.from_bytes(key[:2]) != 0:
            continue
        if _KEY.decode(BytesIO(key))[1] != transactional_id:
            continue
        writer, state, places = _decoded(value)
        if state in _PREPARED and writer == producer_id and place in places:
            found = _PREPARED[state]
    return found


def _decoded(value: bytes) -> tuple[int, int, set[tuple[str, int]]]:
    """Producer id, number of the state, and the partitions that take part."""
    data = BytesIO(value)
    version = Int16.decode(data)
    if version not in _PLACES:
        raise Trouble(f"the coordinator's log is of version {version}, which this Casefold does not read")
    producer_id: int = Int64.decode(data)
    Int16.decode(data)  # the producer's epoch
    Int32.decode(data)  # its timeout
    state: int = Int8.decode(data)
    topics: list[tuple[Any, ...]] = _PLACES[version].decode(data) or []
    return producer_id, state, {(one[0], partition) for one in topics for partition in one[1]}


def _records(settings: Settings, transactional_id: str, since: datetime) -> Iterator[Message]:
    """The coordinator's records of the partition that this id belongs to, from that time to the present end."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "group.id": f"casefold-transactions-{uuid4()}",
            "enable.auto.commit": False,
            "isolation.level": "read_uncommitted",
            "enable.partition.eof": True,
        },
        logger=CLIENT_LOG,
    )
    try:
        partitions = len(consumer.list_topics(_LOG, timeout=_TIMEOUT_S).topics[_LOG].partitions)
        wanted = TopicPartition(_LOG, _partition_of(transactional_id, partitions), int(since.timestamp() * 1000))
        consumer.assign(consumer.offsets_for_times([wanted], timeout=_TIMEOUT_S))
        while True:
            for message in consumer.consume(500, timeout=0.2):
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's public name for it
                    return
                else:
                    raise KafkaException(error)
    finally:
        consumer.close()


def _partition_of(transactional_id: str, partitions: int) -> int:
    """As Kafka does it: Java's hash of a string, without its sign."""
    units = transactional_id.encode("utf-16-be")
    code = 0
    for at in range(0, len(units), 2):
        code = (31 * code + int.from_bytes(units[at : at + 2])) & 0xFFFFFFFF
    signed = code - (1 << 32) if code >= 1 << 31 else code
    return (0 if signed == -(1 << 31) else abs(signed)) % partitions
