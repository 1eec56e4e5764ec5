"""A log to write to, a projector to run, and the tables to look at."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from confluent_kafka import Producer

from services.projections.groups import TICKETS_GROUP
from services.projections.registry import TICKET_STREAM
from shared.events.personal import IdentityCodec
from shared.runtime.partition import PARTITIONER
from shared.runtime.projecting.consumer import Projector
from shared.runtime.projecting.stream import Stream
from shared.runtime.settings import Settings
from tests.integration.projections.writing import Log, Rows, Running, Until

DEADLINE_S = 30.0


@pytest.fixture
def reading(database: str) -> Settings:
    """A database with tables and no log behind it."""
    return Settings(database_url=database, read_wait=timedelta(seconds=1))


@pytest.fixture
def log(settings: Settings) -> Iterator[Log]:
    producer = Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "transactional.id": f"tests-{uuid4()}",
            "partitioner": PARTITIONER,
            "linger.ms": 0,
            "retry.backoff.ms": 10,
        }
    )
    producer.init_transactions()
    yield Log(settings, producer)
    producer.flush()


@pytest.fixture
def projecting(settings: Settings) -> Running:
    """Runs a projector for the time of a block; its own failure is raised at the end."""

    @asynccontextmanager
    async def running(
        stream: Stream[Any] = TICKET_STREAM, group: str = TICKETS_GROUP
    ) -> AsyncIterator[asyncio.Task[None]]:
        stop = asyncio.Event()
        work = asyncio.create_task(Projector(settings, stream, group, IdentityCodec()).run(stop))
        try:
            yield work
        finally:
            stop.set()
            await work

    return running


@pytest.fixture
async def tables(settings: Settings) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
    async with await psycopg.AsyncConnection.connect(
        settings.database_url, autocommit=True, application_name="tests"
    ) as connection:
        yield connection


@pytest.fixture
def rows(tables: psycopg.AsyncConnection[tuple[Any, ...]]) -> Rows:
    async def asked(query: str, *parameters: object) -> list[tuple[Any, ...]]:
        found = await tables.execute(query, parameters)
        fetched: list[tuple[Any, ...]] = await found.fetchall()
        return fetched

    return asked


@pytest.fixture
def until(
    rows: Rows,
) -> Until:
    """Waits for a query to answer what is wanted; what it answers at the deadline is the failure's text."""

    async def waited(wanted: list[tuple[Any, ...]], query: str, *parameters: object) -> None:
        found: list[tuple[Any, ...]] = []
        try:
            async with asyncio.timeout(DEADLINE_S):
                while (found := await rows(query, *parameters)) != wanted:  # noqa: ASYNC110 - another process's table
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"{query} answers {found} and not {wanted}")

    return waited
