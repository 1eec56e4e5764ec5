"""Which servers a stack runs itself, and which are already there."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from services.ops.embedded.kafka import Kafka
from services.ops.embedded.ports import LOOPBACK, accepts
from services.ops.embedded.postgres import Postgres
from services.ops.embedded.redis import Redis
from services.ops.embedded.server import Server
from services.ops.processes import Processes
from services.ops.trouble import Trouble
from shared.runtime.settings import Settings

Progress = Callable[[int, int], None]
DATA = ("kafka", "postgres", "postgres.new", "redis", "checkpoints")
"""What `--fresh` empties, below `Settings.home`."""

_PATIENCE_S = 3.0


class Unreachable(Trouble):
    """A server whose address was given does not answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """`variable` names the setting that replaces it by a server that is already there."""

    name: str
    variable: str
    address: Callable[[Settings], str]
    server: Callable[[Processes, Settings, Progress], Server]
    answers: Callable[[str], bool]

    def is_given(self, settings: Settings) -> bool:
        return self.variable.lower() in settings.model_fields_set

    def check_given(self, settings: Settings) -> None:
        address = self.address(settings)
        if not self.answers(address):
            shown = address.rsplit("@", 1)[-1]  # without a password
            raise Unreachable(
                f"{self.variable} names a {self.name} at {shown} that does not answer: "
                f"start it, correct the address, or unset {self.variable} to have the embedded one"
            )


def _any_host_accepts(address: str) -> bool:
    places = [urlsplit(one if "//" in one else f"//{one}") for one in address.split(",")]
    return any(accepts(place.hostname or LOOPBACK, place.port or 6379, _PATIENCE_S) for place in places)


def _database_answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=int(_PATIENCE_S)).close()
    except psycopg.OperationalError:
        return False
    return True


PARTS = (
    Part(
        "kafka",
        "KAFKA_BOOTSTRAP_SERVERS",
        lambda settings: settings.kafka_bootstrap_servers,
        lambda processes, settings, progress: Kafka(
            processes, processes.home / "kafka", settings.kafka_port, progress=progress
        ),
        _any_host_accepts,
    ),
    Part(
        "postgres",
        "DATABASE_URL",
        lambda settings: settings.database_url,
        lambda processes, settings, _: Postgres(processes, processes.home / "postgres", settings.postgres_port),
        _database_answers,
    ),
    Part(
        "redis",
        "REDIS_URL",
        lambda settings: settings.redis_url,
        lambda processes, settings, _: Redis(processes, processes.home / "redis", settings.redis_port),
        _any_host_accepts,
    ),
)
