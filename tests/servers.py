"""The servers that the tests run on: given by the environment, else Docker's, else the embedded ones."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from confluent_kafka.admin import AdminClient
from psycopg.sql import SQL, Identifier

from services.ops.embedded.kafka import QUICK_START, Kafka
from services.ops.embedded.ports import free_port
from services.ops.embedded.postgres import FAST, Postgres
from services.ops.embedded.redis import Redis
from services.ops.embedded.server import Server
from services.ops.processes import Processes

DEPLOY = Path(__file__).parent.parent / "deploy"
_PORTS = {"CASEFOLD_KAFKA_PORT": 9092, "CASEFOLD_POSTGRES_PORT": 5432, "CASEFOLD_REDIS_PORT": 6379}


@dataclass(frozen=True, slots=True)
class Addresses:
    kafka: str
    postgres: str
    redis: str


def given(variable: str) -> str | None:
    """The address of a server that is already there."""
    return os.environ.get(variable) or None


def docker_answers() -> bool:
    """Whether an engine does, and not only its command is there."""
    if shutil.which("docker") is None:
        return False
    try:
        asked = subprocess.run(
            ["docker", "compose", "ls", "--quiet"], capture_output=True, timeout=10, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


@contextmanager
def composed(folder: Path) -> Iterator[Addresses]:
    """The servers of `deploy/compose.yaml`, as a project of its own on free ports."""
    from testcontainers.compose import DockerCompose

    ports = {variable: free_port() for variable in _PORTS}
    env_file = folder / "compose.env"
    lines = [f"{variable}={port}" for variable, port in ports.items()]
    env_file.write_text("\n".join([f"COMPOSE_PROJECT_NAME=casefold-test-{os.getpid()}", *lines, ""]))
    with DockerCompose(str(DEPLOY), "compose.yaml", env_file=str(env_file), wait=True):
        yield Addresses(
            f"127.0.0.1:{ports['CASEFOLD_KAFKA_PORT']}",
            f"postgresql://postgres@127.0.0.1:{ports['CASEFOLD_POSTGRES_PORT']}/casefold",
            f"redis://127.0.0.1:{ports['CASEFOLD_REDIS_PORT']}/0",
        )


@contextmanager
def process_home(logs: Path) -> Iterator[Processes]:
    """A stack of the tests' own, in a short-lived folder; its logs stay where pytest keeps what it made.

    The folder is not pytest's: that one is closed to all other users whenever a pytest starts, and as root
    PostgreSQL runs as another user.
    """
    with TemporaryDirectory(prefix="casefold-") as folder, Processes(Path(folder), logs=logs) as processes:
        yield processes


@contextmanager
def started(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def embedded_kafka(processes: Processes) -> Kafka:
    return Kafka(processes, processes.home / "kafka", free_port(), java_flags=QUICK_START)


def embedded_postgres(processes: Processes) -> Postgres:
    return Postgres(processes, processes.home / "postgres", free_port(), durability=FAST)


def embedded_redis(processes: Processes) -> Redis:
    return Redis(processes, processes.home / "redis", free_port())


@contextmanager
def own_database(server: str, template: str | None = None) -> Iterator[str]:
    """The URL of a new database on that server, a copy of the template; dropped afterwards."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        copied = SQL("") if template is None else SQL(" TEMPLATE {}").format(Identifier(template))
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)) + copied)
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def delete_topics(bootstrap_servers: str, prefix: str) -> None:
    """What one test made on the broker that all tests share."""
    client = AdminClient({"bootstrap.servers": bootstrap_servers})
    names = [name for name in client.list_topics(timeout=10).topics if name.startswith(prefix)]
    if names:
        for deleted in client.delete_topics(names, operation_timeout=10).values():
            deleted.result()
