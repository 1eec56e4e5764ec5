"""How long after a command's acknowledgement its row can be seen, by the whole suite at 100 commands a second."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import psycopg

from services.ops.embedded.ports import free_port
from services.ops.token import signed
from shared.runtime.settings import Settings
from tests.bench.running import running

Emit = Callable[[str, float, str, Sequence[float], float | None], None]

_RATE = 100
_COUNT = 1_500
_WARM = 100
_TICKET = {
    "subject": "Printer prints blank pages",
    "description": "It began this morning, after the update. Restarting did not help. " * 4,
    "requester": {"email": "ada.lovelace@example.org", "name": "Ada Lovelace"},
}


def freshness(settings: Settings, emit: Emit) -> None:
    mine = settings.model_copy(update={"port": free_port(), "local_issuer_port": free_port()})
    mine.home.mkdir(parents=True, exist_ok=True)
    with (
        running(mine, "services.ops.issuer"),
        running(mine, "services.intake", "processor"),
        running(mine, "services.projections", "projector"),
        running(mine, "services.ops.origin"),
    ):
        delays = sorted(asyncio.run(_delays(mine))[_WARM:])
    percentiles = [delays[len(delays) * share // 100] for share in range(1, 100)]
    emit("projections.freshness_p99_ms", percentiles[98], "ms", percentiles, None)


async def _delays(settings: Settings) -> list[float]:
    """Milliseconds, in the order of the acknowledgements; a row seen before its acknowledgement counts as 0."""
    acknowledged: dict[str, float] = {}
    seen: dict[str, float] = {}
    headers = {"Authorization": f"Bearer {signed(settings, 'agent', 'ada')}"}
    base = f"http://127.0.0.1:{settings.port}"
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with (
        httpx.AsyncClient(base_url=base, headers=headers, limits=limits, timeout=30, trust_env=False) as client,
        await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as connection,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(_watch(connection, seen))
        begin = time.perf_counter()
        for number in range(_COUNT):
            await asyncio.sleep(max(0.0, begin + number / _RATE - time.perf_counter()))
            group.create_task(_open(client, acknowledged))
    return [max(0.0, seen[ticket] - at) * 1000 for ticket, at in acknowledged.items()]


async def _open(client: httpx.AsyncClient, acknowledged: dict[str, float]) -> None:
    answer = await client.post("/v1/tickets", json=_TICKET)
    at = time.perf_counter()
    if answer.status_code != httpx.codes.CREATED:
        raise RuntimeError(f"expected 201, had {answer.status_code}: {answer.text}")
    acknowledged[answer.json()["ticket_id"]] = at


async def _watch(connection: psycopg.AsyncConnection[Any], seen: dict[str, float]) -> None:
    """Looks for rows that were not there at the last look, every other millisecond."""
    while len(seen) < _COUNT:
        found = await connection.execute("SELECT id::text FROM tickets ORDER BY created_at DESC LIMIT 300")
        rows = await found.fetchall()
        at = time.perf_counter()
        for (ticket,) in rows:
            seen.setdefault(ticket, at)
        await asyncio.sleep(0.002)
