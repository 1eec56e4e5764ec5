"""Three of Kafka's requests that its Python clients do not have: who writes where, and ending a transaction."""

from collections.abc import Iterable, Mapping

from aiokafka.protocol.api import RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

NO_TAGS: Mapping[int, bytes] = {}

_TEXT = CompactString("utf-8")
_PARTITIONS = CompactArray(("topic", _TEXT), ("partitions", CompactArray(Int32)), ("tags", TaggedFields))


class WritersFound(Response):  # type: ignore[misc] # aiokafka is untyped
    """DescribeProducers: each producer that has written to a partition; -1: it has no transaction open there."""

    API_KEY = 61
    API_VERSION = 0
    _WRITERS = CompactArray(
        ("producer_id", Int64),
        ("producer_epoch", Int32),
        ("last_sequence", Int32),
        ("last_timestamp_ms", Int64),
        ("coordinator_epoch", Int32),
        ("open_since_offset", Int64),
        ("tags", TaggedFields),
    )
    _PLACES = CompactArray(
        ("partition", Int32),
        ("error_code", Int16),
        ("error", _TEXT),
        ("writers", _WRITERS),
        ("tags", TaggedFields),
    )
    SCHEMA = Schema(
        ("throttle_ms", Int32),
        ("topics", CompactArray(("topic", _TEXT), ("partitions", _PLACES), ("tags", TaggedFields))),
        ("tags", TaggedFields),
    )


class FindWriters(RequestStruct):  # type: ignore[misc] # aiokafka is untyped
    """To the leader of the partitions."""

    API_KEY = 61
    API_VERSION = 0
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = WritersFound
    SCHEMA = Schema(("topics", _PARTITIONS), ("tags", TaggedFields))


class TransactionsListed(Response):  # type: ignore[misc] # aiokafka is untyped
    """ListTransactions: what a broker coordinates, each with its present state."""

    API_KEY = 66
    API_VERSION = 0
    _LISTED = CompactArray(
        ("transactional_id", _TEXT), ("producer_id", Int64), ("state", _TEXT), ("tags", TaggedFields)
    )
    SCHEMA = Schema(
        ("throttle_ms", Int32),
        ("error_code", Int16),
        ("unknown_states", CompactArray(_TEXT)),
        ("transactions", _LISTED),
        ("tags", TaggedFields),
    )


class ListTransactions(RequestStruct):  # type: ignore[misc] # aiokafka is untyped
    """To every broker. Empty filters: all."""

    API_KEY = 66
    API_VERSION = 0
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = TransactionsListed
    SCHEMA = Schema(("states", CompactArray(_TEXT)), ("producer_ids", CompactArray(Int64)), ("tags", TaggedFields))


class MarksWritten(Response):  # type: ignore[misc] # aiokafka is untyped
    """WriteTxnMarkers."""

    API_KEY = 27
    API_VERSION = 1
    _PLACES = CompactArray(("partition", Int32), ("error_code", Int16), ("tags", TaggedFields))
    _TOPICS = CompactArray(("topic", _TEXT), ("partitions", _PLACES), ("tags", TaggedFields))
    SCHEMA = Schema(
        ("marks", CompactArray(("producer_id", Int64), ("topics", _TOPICS), ("tags", TaggedFields))),
        ("tags", TaggedFields),
    )


class WriteMarks(RequestStruct):  # type: ignore[misc] # aiokafka is untyped
    """To the leader of the partitions, which takes it from whoever may alter the cluster."""

    API_KEY = 27
    API_VERSION = 1
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = MarksWritten
    _MARKS = CompactArray(
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("committed", Boolean),
        ("topics", _PARTITIONS),
        ("coordinator_epoch", Int32),
        ("tags", TaggedFields),
    )
    SCHEMA = Schema(("marks", _MARKS), ("tags", TaggedFields))


class Asked:
    """A request of one version, as `AIOKafkaClient.send` wants it."""

    def __init__(self, struct: RequestStruct) -> None:
        self._struct = struct

    def prepare(self, versions: Mapping[int, tuple[int, int]]) -> RequestStruct:
        """Raise `ValueError` where the broker does not speak it."""
        key, version = self._struct.API_KEY, self._struct.API_VERSION
        lowest, highest = versions.get(key, (0, -1))
        if not lowest <= version <= highest:
            raise ValueError(f"this Kafka does not answer request {key} in version {version}")
        return self._struct


def by_topic(places: Iterable[tuple[str, int]]) -> list[tuple[str, list[int], Mapping[int, bytes]]]:
    """Topics and partitions as the requests want them."""
    topics: dict[str, list[int]] = {}
    for topic, partition in places:
        topics.setdefault(topic, []).append(partition)
    return [(topic, partitions, NO_TAGS) for topic, partitions in topics.items()]
