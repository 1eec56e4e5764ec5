"""Connections of the query API: read only, in UTC, with a limit on how long a statement may take."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from shared.runtime.http.problems import Problem

_LIMIT_MS = 5_000
_SETTINGS = (
    f"SET timezone = 'UTC'; SET statement_timeout = {_LIMIT_MS}; SET default_transaction_read_only = on; "
    "SET plan_cache_mode = force_custom_plan"
)
"""A plan made without the values knows neither how common a state or word is nor how short a page."""
_RETRY = {"Retry-After": "1"}

Pool = AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]


async def _prepare(connection: AsyncConnection[tuple[Any, ...]]) -> None:
    await connection.execute(_SETTINGS, prepare=False)


def pool(database_url: str) -> Pool:
    return AsyncConnectionPool(
        database_url,
        min_size=2,
        max_size=8,
        timeout=2,
        open=False,
        configure=_prepare,
        kwargs={"autocommit": True},
    )


@asynccontextmanager
async def connected(connections: Pool) -> AsyncIterator[AsyncConnection[tuple[Any, ...]]]:
    """Raise a 503 problem where the database is away or does not answer in time."""
    try:
        async with connections.connection() as connection:
            yield connection
    except psycopg.errors.QueryCanceled as failure:
        raise Problem(
            503, "too_slow", "The database took too long over this question; narrow it.", headers=_RETRY
        ) from failure
    except (PoolTimeout, psycopg.OperationalError) as failure:
        raise Problem(503, "database_unavailable", "The read models are away.", headers=_RETRY) from failure
