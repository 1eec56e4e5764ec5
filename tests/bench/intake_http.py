"""Figures of opening tickets over HTTP, in turn with a bare handler that produces one record."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median, quantiles

import httpx

from services.ops.embedded.ports import free_port
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicSpec, create_topics
from tests.bench.bare_http import TOPIC
from tests.processing import eventually
from tests.suite import on_free_ports, running, token

Emit = Callable[..., None]

TURNS = 3
_COUNTS = {1: 300, 32: 6_000, 256: 8_000}
_WARM_UP = {1: 300, 32: 8_000, 256: 8_000}
"""Caches, connections, and what the broker's Java compiles on the way, outside the timing."""
_BODY = json.dumps(
    {
        "subject": "Printer {n} prints blank pages",
        "description": "It began this morning, after the update. Restarting did not help. " * 2,
        "priority": "P2",
        "category": "hardware/printer",
        "tags": ["printer", "floor-2"],
        "requester": {"email": "ada.lovelace@example.org", "name": "Ada Lovelace"},
    }
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Answers a second, and latencies in milliseconds."""

    per_s: float
    p50_ms: float
    p99_ms: float


def run(settings: Settings, emit: Emit) -> None:
    create_topics(settings, [TopicSpec(TOPIC)])
    mine = on_free_ports(settings)
    port, bare = mine.port, free_port()
    modules = (
        ("services.ops.issuer",),
        ("services.intake", "processor"),
        ("services.intake", "api"),
        ("tests.bench.bare_http", str(bare)),
    )
    with running(mine, modules):
        for served in (port, bare):
            eventually(partial(_answers, served), 60)
        bearer = token(mine, "agent", "ada")
        for in_flight, count in _WARM_UP.items():
            for served, status in ((port, "201"), (bare, "202")):
                _load(served, in_flight, count, bearer, status)
        turns = {
            in_flight: [
                (_load(port, in_flight, count, bearer, "201"), _load(bare, in_flight, count, bearer, "202"))
                for _ in range(TURNS)
            ]
            for in_flight, count in _COUNTS.items()
        }
    for in_flight in (32, 256):
        _emit_median(
            emit,
            f"intake.open.ratio_{in_flight}",
            [ours.per_s / reference.per_s for ours, reference in turns[in_flight]],
            "ratio",
            median(reference.per_s for _, reference in turns[in_flight]),
        )
    _emit_median(
        emit,
        "intake.open.p50_ratio_1",
        [ours.p50_ms / reference.p50_ms for ours, reference in turns[1]],
        "ratio",
        median(reference.p50_ms for _, reference in turns[1]),
    )
    _emit_median(emit, "intake.open.per_s_32", [ours.per_s for ours, _ in turns[32]], "1/s", None)
    _emit_median(emit, "intake.open.p99_ms_32", [ours.p99_ms for ours, _ in turns[32]], "ms", None)


def _emit_median(emit: Emit, name: str, samples: Sequence[float], unit: str, reference: float | None) -> None:
    emit(name, median(samples), unit, samples, reference)


def _load(port: int, in_flight: int, count: int, bearer: str, status: str) -> Loaded:
    """Every answer must have the status, or the figure would be of something else."""
    length = len(_BODY) - len("{n}") + 12
    head = (
        f"POST /v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {bearer}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.http_load", str(port), str(in_flight), str(count)],
        input=(head + _BODY).encode(),
        capture_output=True,
        check=True,
        timeout=150,
    )
    found = json.loads(done.stdout)
    if found["statuses"] != {status: count}:
        raise RuntimeError(f"expected {count} answers {status}, had {found['statuses']}")
    latencies = sorted(found["latencies_ms"])
    return Loaded(count / found["seconds"], median(latencies), quantiles(latencies, n=100)[98])


def _answers(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/v1/health/ready", timeout=1)
    except httpx.TransportError:
        time.sleep(0.1)
        return False
    return True
