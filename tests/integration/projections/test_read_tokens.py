"""Read tokens: a query waits for the read models, says when they are behind, and refuses foreign tokens."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.projections.registry import TICKET_STREAM
from shared.runtime.projecting.positions import Move, advance, place
from shared.runtime.read_token import ReadToken
from shared.runtime.settings import Settings
from tests.integration.projections.asking import STAFF, Client, asking, store
from tests.projecting import TICKET, life

LOG = UUID("0189d3f4-0000-4000-8000-00000000aaaa")
FOREIGN = UUID("0189d3f4-0000-4000-8000-00000000bbbb")
PATH = f"/v1/tickets/{TICKET}"
TOKEN = ReadToken(LOG, 1, 5)


@pytest.fixture
async def client(reading: Settings) -> AsyncIterator[Client]:
    async with asking(reading) as ready:
        yield ready


@pytest.fixture
async def tables(reading: Settings) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(reading.database_url, autocommit=True) as connection:
        yield connection


async def reach(tables: psycopg.AsyncConnection[Any], since: int, until: int) -> None:
    moves = [Move(model.name, model.version, 1, since, until) for model in TICKET_STREAM.models]
    async with tables.transaction():
        await advance(tables, "ticket.events", LOG, moves)


async def test_a_query_waits_for_its_event(
    client: Client, reading: Settings, tables: psycopg.AsyncConnection[Any]
) -> None:
    await place(tables, TICKET_STREAM.models, "ticket.events", LOG, [0, 1])
    asked = asyncio.create_task(client.get(PATH, read_token=str(TOKEN)))
    await asyncio.sleep(0.1)
    assert not asked.done()
    await store(reading, life())
    await reach(tables, 0, 6)
    assert (await asked).json()["version"] == 1
    by_header = await client.get("/v1/tickets", STAFF, {"Read-Token": str(TOKEN)})
    assert [item["version"] for item in by_header.json()["items"]] == [1]


async def test_many_queries_wait_at_once(
    client: Client, reading: Settings, tables: psycopg.AsyncConnection[Any]
) -> None:
    await place(tables, TICKET_STREAM.models, "ticket.events", LOG, [0, 1])
    await store(reading, life())
    asked = [asyncio.create_task(client.get(PATH, read_token=str(ReadToken(LOG, 1, n)))) for n in range(50)]
    await reach(tables, 0, 25)
    statuses = [(await one).status_code for one in asked]
    assert statuses == [200] * 25 + [503] * 25


async def test_read_models_that_stay_behind_are_said_to_be(
    client: Client, tables: psycopg.AsyncConnection[Any]
) -> None:
    await place(tables, TICKET_STREAM.models, "ticket.events", LOG, [0, 1])
    await reach(tables, 0, 5)
    answer = await client.get(PATH, read_token=str(TOKEN))
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "read_behind", "1")


async def test_a_token_of_another_log_is_refused(client: Client, tables: psycopg.AsyncConnection[Any]) -> None:
    await place(tables, TICKET_STREAM.models, "ticket.events", LOG, [0, 1])
    answer = await client.get(PATH, read_token=str(ReadToken(FOREIGN, 1, 5)))
    assert (answer.status_code, answer.json()["code"]) == (409, "read_token_of_another_log")


@pytest.mark.parametrize("token", ["x", "*" * 38, "A" * 39, "ä"])
async def test_what_is_no_token_is_malformed(client: Client, token: str) -> None:
    answer = await client.get(PATH, read_token=token)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_read_token")
