"""What a request may be, before any route sees it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.runtime.http.limits import MAX_BODY_BYTES, InFlightLimit, JsonBodies

JSON = {"Content-Type": "application/json"}


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    """The body, as a route would see it."""
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message.get("body", b"")})


def asking(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://casefold")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with asking(JsonBodies(echo, {"/bulk": 2 * MAX_BODY_BYTES})) as mine:
        yield mine


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}',
        b'"\\ud83d\\ude00"',
        '"Zoë 🔥"'.encode(),
        b'"\\\\u0000"',
        b"[" * 100 + b"]" * 100,
        b'"' + b"a" * (MAX_BODY_BYTES - 2) + b'"',
    ],
)
async def test_a_body_that_can_be_kept_arrives_as_it_was(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/", content=body, headers=JSON)
    assert (answer.status_code, answer.content) == (200, body)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00 x"',
        b'"a\\u0000"',
        b'"\\\\\\u0000"',
        b'"a\x00"',
        b"NaN",
        b"[-Infinity]",
        b"[" * 10_000 + b"]" * 10_000,
        b"1" * 5_000,
    ],
)
async def test_a_body_that_cannot_be_kept_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/json; charset=latin-1", ""]
)
async def test_another_type_is_refused(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post("/", content=b"{}", headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=UTF-8", "APPLICATION/JSON", "application/merge-patch+json"]
)
async def test_these_are_json(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.patch("/", content=b"{}", headers={"Content-Type": content_type})
    assert answer.status_code == 200


async def test_no_body_needs_no_type(client: httpx.AsyncClient) -> None:
    assert (await client.post("/")).status_code == 200


async def test_a_body_that_says_that_it_is_too_large(client: httpx.AsyncClient) -> None:
    answer = await client.post("/", content=b"1" * (MAX_BODY_BYTES + 1), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_in_pieces_is_read_no_further_than_the_limit(client: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"1" * (64 * 1024)

    answer = await client.post("/", content=endless(), headers=JSON)
    assert (answer.status_code, read) == (413, 5)


async def test_one_path_may_take_more(client: httpx.AsyncClient) -> None:
    body = b"[" + b"1," * MAX_BODY_BYTES + b"1]"
    assert (
        await client.post("/bulk", content=body[: MAX_BODY_BYTES - 1] + b"1]", headers=JSON)
    ).status_code != 413
    assert (await client.post("/bulk", content=body, headers=JSON)).status_code == 413


async def test_beyond_what_is_worked_on_at_once_the_answer_is_not_now() -> None:
    full, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        full.release()
        await go_on.wait()
        await echo(scope, receive, send)

    async with asking(InFlightLimit(slow, 2, ("/health",))) as client:
        waiting = [asyncio.create_task(client.get("/")) for _ in range(2)]
        for _ in waiting:
            await full.acquire()
        refused = await client.get("/")
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.headers["retry-after"] == "1"
        health = asyncio.create_task(client.get("/health/live"))
        await full.acquire()
        go_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting, health)] == [200, 200, 200]
        assert (await client.get("/")).status_code == 200
