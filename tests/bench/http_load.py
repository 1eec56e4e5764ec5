"""A load generator in its own process: one request's bytes, sent again and again by a number of connections.

`python tests/bench/http_load.py PORT IN_FLIGHT COUNT < request` prints the seconds that it took, the statuses
and the latencies in milliseconds as one JSON object. The request's `{n}` becomes the number of the request,
in 12 digits, so that its length stays.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import cast

import uvloop

_LONGEST_S = 120.0
_MARK = b"{n}"
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "


class _Load:
    def __init__(self, request: bytes, count: int) -> None:
        self._before, self._mark, self._after = request.partition(_MARK)
        self._count = count
        self.sent = 0
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    def next(self) -> bytes | None:
        if self.sent >= self._count:
            return None
        self.sent += 1
        number = b"%012d" % self.sent if self._mark else b""
        return self._before + number + self._after

    def answered(self, status: str, seconds: float) -> None:
        self.statuses[status] += 1
        self.latencies.append(seconds)
        if len(self.latencies) == self._count:
            self.done.set_result(None)


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load) -> None:
        self._load = load
        self._buffer = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none of asyncio's classes
        self._send()

    def _send(self) -> None:
        request = self._load.next()
        if request is not None:
            self._began = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(_END_OF_HEAD)
        if not found:
            return
        lower = head.lower()
        at = lower.find(_LENGTH)
        length = int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self._buffer = b""
        self._load.answered(head[9:12].decode(), time.perf_counter() - self._began)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._load.done.done():
            self._load.done.set_exception(exc or ConnectionResetError("the server closed a connection"))


async def _run(port: int, in_flight: int, count: int, request: bytes) -> dict[str, object]:
    load = _Load(request, count)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    for _ in range(in_flight):
        await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port)
    async with asyncio.timeout(_LONGEST_S):
        await load.done
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "statuses": dict(load.statuses),
        "latencies_ms": [round(latency * 1000, 3) for latency in load.latencies],
    }


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        port, in_flight, count = (int(text) for text in sys.argv[1:4])
        sys.stdout.write(json.dumps(runner.run(_run(port, in_flight, count, sys.stdin.buffer.read()))))
