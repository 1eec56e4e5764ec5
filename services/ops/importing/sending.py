"""Sending rows to the bulk route: many tickets at once, and of each ticket one row at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx

from services.ops.client import ApiClient, Refused, Unreachable
from services.ops.importing.told import TicketRow
from services.ops.trouble import Trouble

IN_FLIGHT = 400
"""Tickets whose next row goes into one request."""
_MAX_BYTES = 6 * 1024 * 1024
_PATIENCE_S = 120.0
_LONGEST_WAIT_S = 5.0
_UNSETTLED = frozenset({202, 429, 503})
"""Not known yet, or not sent: the row goes again, and is taken once however often it comes."""

Settle = Callable[[TicketRow, Mapping[str, Any]], None]


class Stuck(Trouble):
    """Nothing was taken for too long; what was taken stays so."""


def send(api: ApiClient, tickets: Iterable[Sequence[TicketRow]], settle: Settle) -> None:
    """`settle` gets each row once, with its result as the bulk route gives it.

    A ticket's next row goes when the one before is settled, so none ever overtakes another.
    """
    coming = (deque(rows) for rows in tickets if rows)
    active: deque[deque[TicketRow]] = deque()
    waits = 0
    since = time.monotonic()
    while True:
        active.extend(_some(coming, IN_FLIGHT - len(active)))
        if not active:
            return
        chosen, body = _request(active)
        results = _asked(api, body)
        settled = 0
        for rows, result in zip(chosen, results, strict=False):
            if result["status"] not in _UNSETTLED:
                settle(rows.popleft(), result)
                settled += 1
        active.rotate(-len(chosen))
        active = deque(rows for rows in active if rows)
        if settled == len(chosen):
            waits, since = 0, time.monotonic()
            continue
        if settled:
            since = time.monotonic()
        if time.monotonic() - since > _PATIENCE_S:
            raise Stuck(
                "the API takes no more rows: see whether all services run, and start the import again; "
                "it goes on where it stopped"
            )
        waits += 1
        time.sleep(min(_LONGEST_WAIT_S, 0.1 * 2**waits))


def _some(coming: Iterator[deque[TicketRow]], count: int) -> Iterator[deque[TicketRow]]:
    for _ in range(count):
        rows = next(coming, None)
        if rows is None:
            return
        yield rows


def _request(active: Sequence[deque[TicketRow]]) -> tuple[list[deque[TicketRow]], bytes]:
    """The tickets whose next rows fit into one body, and the body."""
    chosen: list[deque[TicketRow]] = []
    items: list[bytes] = []
    size = 0
    for rows in active:
        item = rows[0].item.model_dump_json(exclude_defaults=True).encode()
        if items and size + len(item) > _MAX_BYTES:
            break
        chosen.append(rows)
        items.append(item)
        size += len(item)
    return chosen, b'{"items":[' + b",".join(items) + b"]}"


def _asked(api: ApiClient, body: bytes) -> Sequence[Mapping[str, Any]]:
    """No results where the API is away for a while. Raise `Refused` where it will not take any."""
    try:
        results: list[dict[str, Any]] = api.post("/tickets:bulk", body).json()["results"]
    except Unreachable:
        return []
    except Refused as refusal:
        if refusal.status in _UNSETTLED or refusal.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return []
        raise
    return results
