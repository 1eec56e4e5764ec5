"""Fixtures that start the real servers, each when a test first asks for it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis_settings

from services.ops.embedded.kafka import Kafka
from services.ops.embedded.postgres import Postgres
from services.ops.embedded.redis import Redis
from services.ops.embedded.server import Server
from services.ops.processes import Processes
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.servers import (
    Addresses,
    composed,
    delete_topics,
    docker_answers,
    embedded_kafka,
    embedded_postgres,
    embedded_redis,
    given,
    own_database,
    process_home,
    started,
)

PARTITIONS = 4

# how long an example takes says how busy the machine is, and never whether the code is right
hypothesis_settings.register_profile("casefold", deadline=None)
hypothesis_settings.load_profile("casefold")


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Where the session's embedded servers run."""
    with process_home(tmp_path_factory.mktemp("servers")) as session:
        yield session


@pytest.fixture(scope="session")
def in_docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses | None]:
    """None where no Docker engine answers."""
    if docker_answers():
        with composed(tmp_path_factory.mktemp("compose")) as addresses:
            yield addresses
    else:
        yield None


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Iterator[str]:
    """Bootstrap servers of the broker that all tests share, told apart by topic prefix."""
    yield from _address(request, "KAFKA_BOOTSTRAP_SERVERS", "kafka")


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database on the server that all tests share; what a test writes goes to a database of its own."""
    yield from _address(request, "DATABASE_URL", "postgres")


@pytest.fixture(scope="session")
def redis(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of the Redis that all tests share."""
    yield from _address(request, "REDIS_URL", "redis")


_EMBEDDED: Mapping[str, Callable[[Processes], Server]] = {
    "kafka": embedded_kafka,
    "postgres": embedded_postgres,
    "redis": embedded_redis,
}


def _address(request: pytest.FixtureRequest, variable: str, name: str) -> Iterator[str]:
    address = given(variable)
    if address is not None:
        yield address
        return
    addresses: Addresses | None = request.getfixturevalue("in_docker")
    if addresses is not None:
        yield getattr(addresses, name)
        return
    with started(_EMBEDDED[name](request.getfixturevalue("processes"))) as server:
        yield server.address


@pytest.fixture(scope="session")
def database_template(postgres: str) -> Iterator[str]:
    """Name of a database with all tables and no rows, for `CREATE DATABASE ... TEMPLATE`."""
    from services.projections.migrate import migrate

    with own_database(postgres) as url:
        migrate(Settings(database_url=url))
        yield url.rsplit("/", 1)[1]


@pytest.fixture
def empty_database(postgres: str) -> Iterator[str]:
    """URL of a database without tables, this test's own."""
    with own_database(postgres) as url:
        yield url


@pytest.fixture
def database(postgres: str, database_template: str) -> Iterator[str]:
    """URL of a database with the tables of the current revision, this test's own."""
    with own_database(postgres, database_template) as url:
        yield url


@pytest.fixture
def topic_prefix(kafka: str) -> Iterator[str]:
    """This test's own; its topics are deleted afterwards."""
    prefix = f"t{uuid4().hex[:12]}."
    yield prefix
    delete_topics(kafka, prefix)


@pytest.fixture
def settings(kafka: str, database: str, topic_prefix: str, tmp_path: Path) -> Settings:
    """This test's own topics, made, and its own database, migrated, on the shared servers."""
    mine = Settings(
        kafka_bootstrap_servers=kafka,
        database_url=database,
        topic_prefix=topic_prefix,
        partitions=PARTITIONS,
        home=tmp_path / "home",
        instance="test",
        port=0,
        log_level="warning",
    )
    create_topics(mine)
    return mine


@pytest.fixture
def own_processes(tmp_path: Path) -> Iterator[Processes]:
    """Where one test runs servers and services that it may kill."""
    with process_home(tmp_path / "log") as mine:
        yield mine


@pytest.fixture
def own_kafka(own_processes: Processes) -> Iterator[Kafka]:
    """A started broker that this test may `kill()` and `start()` again, at the same address."""
    broker = embedded_kafka(own_processes)
    with started(broker):
        yield broker


@pytest.fixture
def own_postgres(own_processes: Processes) -> Iterator[Postgres]:
    """A started PostgreSQL that this test may `kill()` and `start()` again, at the same address."""
    server = embedded_postgres(own_processes)
    with started(server):
        yield server


@pytest.fixture
def own_redis(own_processes: Processes) -> Iterator[Redis]:
    """A started Redis that this test may `kill()` and `start()` again, at the same address."""
    server = embedded_redis(own_processes)
    with started(server):
        yield server
