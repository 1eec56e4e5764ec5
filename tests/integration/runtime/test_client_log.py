"""The Kafka client's lines are the process's own: structured where it has a log, unseen on a person's screen."""

import json
import subprocess
import sys
from pathlib import Path

from services.ops.embedded.kafka import Kafka
from services.ops.embedded.ports import free_port
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.processing import OPEN, environment, events, eventually, processor, send, wish

UNREACHABLE = """
import sys
from confluent_kafka import KafkaException
from services.intake.processor.log import copies_producer
from shared.runtime.settings import Settings
from shared.runtime.telemetry import configure_logs
from shared.runtime.topics import admin
settings = Settings()
if sys.argv[1] == "logged":
    configure_logs(settings, "test")
producer, client = copies_producer(settings), admin(settings)
try:
    client.list_topics(timeout=2)
except KafkaException:
    producer.poll(1)
"""


def said(settings: Settings, how: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", UNREACHABLE, how],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_a_broker_that_is_away_is_a_line_of_the_log_and_nothing_on_a_screen() -> None:
    nobody = Settings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    lines = [json.loads(line) for line in said(nobody, "logged")]
    assert {
        (line["event"], line["logger"], line["level"], line["facility"], line["service"]) for line in lines
    } == {("kafka client", "librdkafka", "error", "FAIL", "test")}
    assert any("-copies#producer-" in line["client"] and "Connect to" in line["detail"] for line in lines)
    assert said(nobody, "unlogged") == []


def test_a_processor_whose_broker_goes_and_returns_writes_json_alone(own_kafka: Kafka, tmp_path: Path) -> None:
    mine = Settings(
        kafka_bootstrap_servers=own_kafka.address, partitions=2, home=tmp_path / "home", log_level="info"
    )
    create_topics(mine)
    with processor(mine, tmp_path) as running:
        # given a processor at work, in whose transactions the client may speak up
        send(mine, [wish(OPEN, "0189d3f4-0000-7000-8000-000000000001")])
        eventually(lambda: len(events(mine)) == 1)
        # when its broker is killed and started again
        own_kafka.kill()
        eventually(lambda: "Connection refused" in running.log.read_text(), 60)
        own_kafka.start()
        send(mine, [wish(OPEN, "0189d3f4-0000-7000-8000-000000000002")])
        # then it goes on, and has said all that it said in one form
        eventually(lambda: len(events(mine)) == 2, 90)
        assert running.process.poll() is None
        lines = [json.loads(line) for line in running.log.read_text().splitlines()]
        spoke = {line["client"].rsplit("#", 1)[0] for line in lines if line["event"] == "kafka client"}
        assert any("ticket.commands" in client for client in spoke)
        assert any("lane" in client for client in spoke)
