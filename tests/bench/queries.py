"""Figures of the query API over HTTP, its tokens verified, on 100,000 tickets."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

import httpx
import psycopg

from services.ops.embedded.ports import free_port
from services.ops.token import signed
from services.projections.read_models.delivered import Delivered
from services.projections.registry import TICKET_STREAM
from shared.events.envelope import Event
from shared.events.personal import IdentityCodec
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.runtime.settings import Settings
from tests.bench.backlog import backlog
from tests.bench.running import running

Emit = Callable[[str, float, str, Sequence[float], float | None], None]

TICKETS = 100_000
ROUNDS = 3
_EACH = 300
_IN_FLIGHT = 8
_STEPS = frozenset({1, 2, 4, 9, 10})
"""Opened, assigned, answered, resolved, closed: of the ten steps of a life those that make the tables large."""

LIST = "/v1/tickets?status=open&limit=50"
SEARCHES = (
    "printer",
    "printer -{rare}",
    "{common}",
    "{middle}",
    "{rare}",
    "{common} {middle}",
    "{rare_beginning}*",
)


def queries(settings: Settings, emit: Emit) -> None:
    words = asyncio.run(_fill(settings))
    searches = [f"/v1/tickets?q={search.format(**words)}&limit=50" for search in SEARCHES]
    with _api(settings) as (base, token):
        headers = {"Authorization": f"Bearer {token}"}
        asyncio.run(_latencies(base, headers, [LIST, *searches], 70))
        one = [asyncio.run(_latencies(base, headers, [LIST], _EACH)) for _ in range(ROUNDS)]
        medians = [statistics.median(latencies) for latencies in one]
        emit("query.list_open_p50_ms", statistics.median(medians), "ms", medians, None)
        rates = [_rate(base, token, LIST) for _ in range(ROUNDS)]
        emit("query.list_open_per_s_8", statistics.median(rates), "1/s", rates, None)
        found = [asyncio.run(_latencies(base, headers, searches, _EACH)) for _ in range(ROUNDS)]
        medians = [statistics.median(latencies) for latencies in found]
        emit("query.search_p50_ms", statistics.median(medians), "ms", medians, None)
        for search in searches:
            median = statistics.median(asyncio.run(_latencies(base, headers, [search], 40)))
            sys.stderr.write(f"  {search}: {median:.1f} ms\n")


async def _fill(settings: Settings) -> dict[str, str]:
    """100,000 tickets with their events, comments and words, as the projector writes them; a tenth is open."""
    codec = IdentityCodec()
    seen: dict[str, int] = {}
    async with await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as connection:
        await connection.execute("SET synchronous_commit = off")
        lives = _lives()
        while chunk := list(islice(lives, 20_000)):
            for item in chunk:
                for word in _text(item).split():
                    seen[word] = seen.get(word, 0) + 1
            async with connection.transaction():
                for model in TICKET_STREAM.models:
                    await model.write(connection, chunk, codec)
        await connection.execute("VACUUM ANALYZE")
    ranked = sorted(seen, key=lambda word: -seen[word])
    rare = ranked[-1]
    return {"common": ranked[2], "middle": ranked[300], "rare": rare, "rare_beginning": rare[:4]}


def _lives() -> Iterator[Delivered]:
    versions: dict[str, int] = {}
    for index, event in enumerate(backlog(TICKETS, seed=3)):
        if event.version not in _STEPS or (event.version > 4 and int(event.subject[:2], 16) < 26):
            continue
        version = versions[event.subject] = versions.get(event.subject, 0) + 1
        yield _delivered(event, version, index)


def _delivered(event: Event[TicketEventData], version: int, offset: int) -> Delivered:
    renumbered = Event(
        id=event.id,
        subject=event.subject,
        version=version,
        conversation_version=version,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=event.actor,
        command_id=event.command_id,
        correlation_id=event.correlation_id,
        data=event.data,
    )
    name, value = TICKET_EVENTS.name_of(event.data), TICKET_EVENTS.encode(event.data)
    return Delivered(0, offset, name, value, renumbered)


def _text(item: Delivered) -> str:
    description = getattr(item.event.data, "description", None)
    return "" if description is None else str(description.value)


async def _latencies(base: str, headers: dict[str, str], paths: Sequence[str], count: int) -> list[float]:
    """Milliseconds of requests one after the other, over one connection."""
    latencies: list[float] = []
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client:
        for number in range(count):
            begin = time.perf_counter()
            answer = await client.get(paths[number % len(paths)])
            latencies.append((time.perf_counter() - begin) * 1000)
            answer.raise_for_status()
    return latencies


def _rate(base: str, token: str, path: str) -> float:
    """Requests a second with eight in flight, by a client process of its own."""
    count = _EACH * _IN_FLIGHT
    port = base.rpartition(":")[2]
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n"
    argv = [sys.executable, "tests/bench/http_load.py", port, str(_IN_FLIGHT), str(count)]
    done = subprocess.run(argv, input=request.encode(), stdout=subprocess.PIPE, check=True)
    said = json.loads(done.stdout)
    return count / float(said["seconds"])


@contextmanager
def _api(settings: Settings) -> Iterator[tuple[str, str]]:
    """The API's address and an agent's token, with the local issuer behind it."""
    mine = settings.model_copy(update={"port": free_port(), "local_issuer_port": free_port()})
    mine.home.mkdir(parents=True, exist_ok=True)
    with running(mine, "services.ops.issuer"), running(mine, "services.projections", "api"):
        yield f"http://127.0.0.1:{mine.port}", signed(mine, "agent", "ada")
