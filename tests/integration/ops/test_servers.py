"""The embedded servers keep what they were given, however they end."""

from pathlib import Path
from shutil import rmtree

import psycopg
import pytest
from aiokafka.record.util import calc_crc32c_py
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from services.ops.embedded.kafka import Kafka
from services.ops.embedded.postgres import Postgres
from services.ops.embedded.server import ServerFailed
from services.ops.processes import Processes
from shared.runtime.settings import Settings
from shared.runtime.topics import TOPICS, check_topics
from tests.servers import embedded_kafka, embedded_redis, started


def test_kafka_keeps_its_records_when_it_is_killed(own_kafka: Kafka) -> None:
    # given an acknowledged record
    client = AdminClient({"bootstrap.servers": own_kafka.address})
    client.create_topics([NewTopic("kept", 1)])["kept"].result()
    producer = Producer({"bootstrap.servers": own_kafka.address, "acks": "all"})
    producer.produce("kept", value=b"still here", partition=0)
    assert producer.flush(10) == 0

    # when the broker is killed and started again
    first = own_kafka.child.pid
    own_kafka.kill()
    own_kafka.start()

    # then it is another process with the same record
    assert own_kafka.child.pid != first
    consumer = Consumer({"bootstrap.servers": own_kafka.address, "group.id": "test"})
    consumer.assign([TopicPartition("kept", 0, 0)])
    record = consumer.poll(20)
    consumer.close()
    assert record is not None
    assert record.value() == b"still here"


def test_kafka_says_that_its_data_is_of_a_newer_one(own_processes: Processes) -> None:
    # given a folder that was formatted for a metadata version that this Kafka does not know
    broker = embedded_kafka(own_processes)
    with started(broker):
        data = own_processes.home / "kafka" / "data"
    for log in data.glob("__cluster_metadata-0"):
        rmtree(log)
    made_newer(data / "bootstrap.checkpoint")
    # when it is started
    with pytest.raises(ServerFailed) as failed:
        broker.start()
    # then it ends, and the sentence says what to do
    assert str(failed.value) == (
        f"the data below {own_processes.home / 'kafka'} was written by a newer Kafka than this one (4.2): start "
        "empty with `casefold up --fresh`, or set CASEFOLD_HOME to another folder"
    )


def made_newer(checkpoint: Path) -> None:
    """The level of `metadata.version` in the file's one batch of records, and the batch's checksum."""
    batches = bytearray(checkpoint.read_bytes())
    level = batches.index(b"metadata.version") + len(b"metadata.version")
    level_of_feature = int.from_bytes(batches[level : level + 2])
    batches[level : level + 2] = (level_of_feature + 1).to_bytes(2)
    at = 0
    while (end := at + 12 + int.from_bytes(batches[at + 8 : at + 12])) <= level:
        at = end
    batches[at + 17 : at + 21] = calc_crc32c_py(batches[at + 21 : end]).to_bytes(4)
    checkpoint.write_bytes(batches)


def test_postgres_keeps_its_rows_when_it_is_killed(own_postgres: Postgres) -> None:
    with psycopg.connect(own_postgres.address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS words")

    own_postgres.kill()
    own_postgres.start()

    with psycopg.connect(own_postgres.address) as connection:
        assert connection.execute("SELECT words FROM kept").fetchall() == [("still here",)]


def test_redis_keeps_its_keys_when_it_is_stopped(own_processes: Processes) -> None:
    from redis import Redis as Client

    server = embedded_redis(own_processes)
    with started(server), Client.from_url(server.address) as client:
        client.set("kept", "still here")
    with started(server), Client.from_url(server.address) as client:
        assert client.get("kept") == b"still here"


def test_every_test_has_its_own_topics_and_tables(settings: Settings, database: str) -> None:
    check_topics(settings, TOPICS)
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM tickets").fetchall() == [(0,)]
