"""The embedded servers keep what they were given, however they end."""

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from services.ops.embedded.kafka import Kafka
from services.ops.embedded.postgres import Postgres
from services.ops.processes import Processes
from shared.runtime.settings import Settings
from shared.runtime.topics import TOPICS, check_topics
from tests.servers import embedded_redis, started


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
