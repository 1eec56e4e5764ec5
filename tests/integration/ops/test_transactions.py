"""A transaction whose marks were never written: named, ended as its coordinator had decided, and served again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from services.intake.processor.ends import await_stable
from services.ops.embedded.kafka import Kafka
from services.ops.hanging.decisions import Decision
from services.ops.hanging.find import hanging
from services.ops.hanging.requests import NO_TAGS, Asked, FindWriters, by_topic
from shared.events.personal import Plain
from shared.events.ticket_commands import AddNote
from shared.events.ticket_values import Message
from shared.runtime.partition import partition_of
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.casefold import casefold
from tests.processing import OPEN, RITA, Running, events, eventually, processor, read_all, send, wish

PLACES = [("ticket.events", 0), ("ticket.outcomes", 1), ("ticket.snapshots", 0)]


@pytest.fixture
def mine(settings: Settings, own_kafka: Kafka) -> Settings:
    """Topics on a broker of its own, which takes records of a transaction without asking its coordinator."""
    found = settings.model_copy(
        update={
            "kafka_bootstrap_servers": own_kafka.address,
            "transaction_timeout": timedelta(seconds=2),
            "session_timeout": timedelta(seconds=6),
        }
    )
    create_topics(found)
    trusting = ConfigEntry(
        "transaction.partition.verification.enable", "false", incremental_operation=AlterConfigOpType.SET
    )
    broker = ConfigResource(ResourceType.BROKER, "1", incremental_configs=[trusting])
    client = AdminClient({"bootstrap.servers": own_kafka.address})
    (altered,) = client.incremental_alter_configs([broker]).values()
    altered.result()
    return found


def lane(settings: Settings) -> str:
    """The transactional id of a partition's writer."""
    return f"{settings.topic('ticket.commands')}-0"


def decide(settings: Settings, decided: Decision, places: Sequence[tuple[str, int]]) -> Producer:
    """A transaction in these partitions that ends as it should, all its marks written."""
    producer = Producer(
        {"bootstrap.servers": settings.kafka_bootstrap_servers, "transactional.id": lane(settings), "linger.ms": 0}
    )
    producer.init_transactions(20)
    producer.begin_transaction()
    for topic, partition in places:
        producer.produce(settings.topic(topic), b"decided", b"key", partition)
    assert producer.flush(20) == 0
    if decided is Decision.COMMIT:
        producer.commit_transaction(20)
    else:
        producer.abort_transaction(20)
    client = AdminClient({"bootstrap.servers": settings.kafka_bootstrap_servers})
    for topic, partition in places:
        await_stable(client, settings.topic(topic), partition, 20)
    return producer


def withhold_the_marks(settings: Settings, places: Sequence[tuple[str, int]], writer_in: tuple[str, int]) -> None:
    """A record in each, of the last transaction that wrote there, and behind its marks: none will follow.

    `writer_in`: where it has written.
    """
    full = [(settings.topic(topic), partition) for topic, partition in (writer_in, *places)]
    asyncio.run(_withhold(settings.kafka_bootstrap_servers, lane(settings), full[0], full[1:]))


async def _withhold(address: str, name: str, known: tuple[str, int], places: Sequence[tuple[str, int]]) -> None:
    client = AIOKafkaClient(bootstrap_servers=address)
    await client.bootstrap()
    leader = (await client.fetch_all_metadata()).leader_for_partition(TopicPartition(*known))
    try:
        _, producer, epoch = await _last_writer(client, leader, known)
        for topic, partition in places:
            sequence, *_ = await _last_writer(client, leader, (topic, partition))
            batch = DefaultRecordBatchBuilder(2, 0, 1, producer, epoch, sequence + 1, 10_000)
            batch.append(0, timestamp=None, key=b"key", value=b"withheld", headers=[])
            records = [(topic, [(partition, bytes(batch.build()))])]
            sent = await client.send(leader, ProduceRequest(name, -1, 10_000, records))
            ((_, ((_, error, *_),)),) = sent.topics
            assert error == 0
    finally:
        await client.close()


async def _last_writer(client: AIOKafkaClient, leader: int, place: tuple[str, int]) -> tuple[int, int, int]:
    """Its last sequence number there, its id and its epoch."""
    found = await client.send(leader, Asked(FindWriters(topics=by_topic([place]), tags=NO_TAGS)))
    ((_, ((_, _, _, writers, _),), _),) = found.topics
    if not writers:
        return -1, -1, -1
    producer, epoch, sequence, *_ = max(writers, key=lambda writer: int(writer[3]))
    return sequence, producer, epoch


def values(settings: Settings, isolation: str) -> list[bytes | None]:
    return [message.value() for topic, _ in PLACES for message in read_all(settings, topic, isolation)]


@pytest.mark.parametrize("decided", Decision)
def test_it_is_ended_as_its_coordinator_had_decided(mine: Settings, decided: Decision) -> None:
    # given a transaction of whose marks three are missing
    decide(mine, decided, PLACES)
    withhold_the_marks(mine, PLACES, PLACES[0])
    before = [b"decided"] * 3 if decided is Decision.COMMIT else []
    assert values(mine, "read_committed") == before
    # when it is listed
    listed = casefold(mine, "transactions", "list")
    # then it is named with what was decided
    assert listed.returncode == 0, listed.stderr
    start = 2
    assert [line.split() for line in listed.stdout.splitlines()[1:]] == [
        [mine.topic(topic), str(partition), str(start), line.split()[3], lane(mine), decided]
        for (topic, partition), line in zip(PLACES, listed.stdout.splitlines()[1:], strict=True)
    ]
    # and when it is ended
    ended = casefold(mine, "transactions", "end")
    # then readers go on, and have what was committed and not what was aborted
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        f"{mine.topic(topic)}/{partition} from offset {start}: {decided}, as was decided."
        for topic, partition in PLACES
    ]
    assert values(mine, "read_uncommitted") == [b"decided", b"withheld"] * 3
    assert values(mine, "read_committed") == ([b"decided", b"withheld"] * 3 if decided is Decision.COMMIT else [])
    # and a second time there is nothing to do
    assert casefold(mine, "transactions", "list").stdout == "No transaction hangs.\n"
    assert casefold(mine, "transactions", "end").stdout == "No transaction hangs; nothing was changed.\n"


def test_what_is_under_way_is_left_alone(mine: Settings) -> None:
    # given a transaction that its writer has yet to end
    producer = decide(mine, Decision.COMMIT, PLACES)
    producer.begin_transaction()
    producer.produce(mine.topic("ticket.events"), b"under way", partition=0)
    assert producer.flush(20) == 0
    # then it is not taken for one that hangs
    assert asyncio.run(hanging(mine)) == []
    assert casefold(mine, "transactions", "end").stdout == "No transaction hangs; nothing was changed.\n"
    producer.commit_transaction(20)
    assert values(mine, "read_committed") == [b"decided", b"under way", b"decided", b"decided"]


def test_what_was_decided_and_is_not_on_record_is_not_guessed(mine: Settings) -> None:
    # given one that hangs in a partition which no decision on record names
    decide(mine, Decision.COMMIT, [("ticket.outcomes", 1)])
    withhold_the_marks(mine, [("ticket.events", 0)], ("ticket.outcomes", 1))
    # when the others are to be ended
    ended = casefold(mine, "transactions", "end")
    # then it is left, and named
    assert ended.returncode == 1
    assert ended.stderr == (
        f"error: what was decided of {mine.topic('ticket.events')}/0 from offset 0 is not on record any more, and "
        "these were left: to abort one may lose what was acknowledged; docs/reliability.md says how to decide, "
        "then give --otherwise\n"
    )
    assert values(mine, "read_uncommitted") == [b"withheld", b"decided"]
    assert values(mine, "read_committed") == [b"decided"]
    # and a person may decide
    decided = casefold(mine, "transactions", "end", "--otherwise", "commit")
    assert decided.stdout == f"{mine.topic('ticket.events')}/0 from offset 0: commit, as you said.\n"
    assert values(mine, "read_committed") == [b"withheld", b"decided"]


def test_a_processor_waits_for_its_end_and_goes_on(mine: Settings, tmp_path: Path) -> None:
    # given a ticket in the first partition, and behind it a transaction that was aborted without its marks
    ticket = next(one for one in iter(uuid4, None) if partition_of(str(one).encode(), mine.partitions) == 0)
    with processor(mine, tmp_path) as first:
        send(mine, [wish(OPEN, ticket, RITA)])
        eventually(lambda: len(events(mine)) == 1)
        assert first.stop() == 0
    decide(mine, Decision.ABORT, PLACES)
    withhold_the_marks(mine, PLACES, PLACES[0])
    # when a processor takes the partition over
    second = Running(mine, tmp_path)
    try:
        held = f"{mine.topic('ticket.events')}-0 is held by a transaction that does not end"
        eventually(lambda: held in second.log.read_text(), 60)
        send(mine, [wish(AddNote(Message(Plain("Still there?"))), ticket)])
        # then it goes on once that is ended, and not before
        assert casefold(mine, "transactions", "end").returncode == 0
        second.await_ready()
        eventually(lambda: [event.version for event in events(mine)] == [1, 2])
        assert second.stop() == 0
    finally:
        second.process.kill()
        second.process.wait()
