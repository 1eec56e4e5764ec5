"""`python -m tests.bench.transaction_floor`: what a transaction alone takes, by how many partitions it touches."""

import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from services.intake.processor.log import transactional_producer
from services.ops.embedded.kafka import Kafka
from services.ops.embedded.ports import free_port
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.servers import process_home, started

TOPICS = ("ticket.events", "ticket.snapshots", "ticket.outcomes")
TURNS, TRANSACTIONS, WARM = 3, 300, 100
PAUSE_S = 0.004
"""Between two, as with one request in flight: the marks of the one before are written by then."""


def main() -> None:
    with (
        TemporaryDirectory(prefix="casefold-bench-") as folder,
        process_home(Path(folder) / "log") as processes,
        started(Kafka(processes, processes.home / "kafka", free_port())) as kafka,
    ):
        settings = Settings(kafka_bootstrap_servers=kafka.address, home=Path(folder) / "home")
        create_topics(settings)
        for turn in range(TURNS):
            for count in range(1, len(TOPICS) + 1):
                took = _median_ms(settings, TOPICS[:count])
                sys.stdout.write(f"turn {turn + 1}: {count} partitions, {took:.2f} ms\n")


def _median_ms(settings: Settings, topics: tuple[str, ...]) -> float:
    """One record of 500 bytes a partition, the processor's own producer."""
    producer = transactional_producer(settings, f"floor-{len(topics)}", 0)
    producer.init_transactions(10)
    took = []
    for _ in range(WARM + TRANSACTIONS):
        begun = time.perf_counter()
        producer.begin_transaction()
        for topic in topics:
            producer.produce(settings.topic(topic), b"x" * 500, key=b"key", partition=0)
        producer.commit_transaction()
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(PAUSE_S)
    return median(took[WARM:])


if __name__ == "__main__":
    main()
