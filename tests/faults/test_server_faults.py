"""A broker or a database that is killed under load, and comes back at the same address."""

import random
import time
from pathlib import Path

from services.ops.embedded.kafka import Kafka
from services.ops.embedded.postgres import Postgres
from services.projections.migrate import migrate
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.faults.evidence import await_projected, gathered
from tests.faults.load import steady_load
from tests.faults.scene import SEED, Tried, await_served, impatient, pause, projector, times
from tests.processing import processor


def test_kill_9_of_the_broker(
    settings: Settings, own_kafka: Kafka, tmp_path: Path, chance: random.Random, tried: Tried
) -> None:
    """It is away for longer than a transaction may last, so that it aborts some as soon as it is back."""
    mine = impatient(settings).model_copy(update={"kafka_bootstrap_servers": own_kafka.address})
    create_topics(mine)
    with projector(mine, tmp_path), processor(mine, tmp_path) as running, steady_load(mine, SEED) as load:
        await_served(load, time.monotonic())
        await_projected(mine)
        for _ in range(times(1)):
            pause(chance, 0.5, 1.5)
            own_kafka.kill()
            killed_at = time.monotonic()
            own_kafka.start()
            tried.recovered(load, killed_at)
        assert running.process.poll() is None
        load.stop()
        assert tried.judge(gathered(mine, load.history)) == []


def test_restart_of_postgresql(
    settings: Settings, own_postgres: Postgres, tmp_path: Path, chance: random.Random, tried: Tried
) -> None:
    """Stopped in order or killed; commands are answered all the while, and the projector catches up.

    It has recovered when everything that is in the log by then is in the tables.
    """
    mine = impatient(settings).model_copy(update={"database_url": own_postgres.address})
    migrate(mine)
    with projector(mine, tmp_path), processor(mine, tmp_path), steady_load(mine, SEED) as load:
        await_served(load, time.monotonic())
        await_projected(mine)
        for _ in range(times(2)):
            pause(chance, 0.3, 1.0)
            chance.choice((own_postgres.kill, own_postgres.stop))()
            ended_at = time.monotonic()
            await_served(load, ended_at)
            own_postgres.start()
            await_projected(mine)
            tried.again(time.monotonic() - ended_at)
        load.stop()
        assert tried.judge(gathered(mine, load.history)) == []
