"""A client of an agent's live stream, as a page or another program is one."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Sent:
    """An event as it was dispatched; `id` is the last one that had come by then."""

    kind: str
    data: dict[str, Any]
    id: str | None


class Listening:
    """Reads as the standard says, for the fields that are sent here."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id: str | None = None
        self.comments = 0
        self._lines = answer.aiter_lines()

    async def next(self) -> Sent | None:
        """None: the stream has ended."""
        kind, data = "message", ""
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if not line:
                if data:
                    return Sent(kind, json.loads(data), self.last_id)
                kind = "message"
            elif line == ":":
                self.comments += 1
            elif name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data += value
        return None

    async def placed(self) -> None:
        """Wait until it has been said where the stream stands."""
        async for line in self._lines:
            if line.startswith("id: "):
                self.last_id = line.removeprefix("id: ")
                return


@asynccontextmanager
async def listening(
    base_url: str, token: str, last_event_id: str | None = None, path: str = "/agents/me/stream"
) -> AsyncIterator[Listening]:
    headers = {"Authorization": f"Bearer {token}"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    async with (
        httpx.AsyncClient(base_url=f"{base_url}/v1", timeout=httpx.Timeout(10, read=30)) as client,
        client.stream("GET", path, headers=headers) as answer,
    ):
        yield Listening(answer)
