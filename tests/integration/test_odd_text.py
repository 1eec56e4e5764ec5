"""Odd but honest text goes in through the HTTP API and comes out of the query API as it was."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from shared.runtime.settings import Settings
from tests.processing import eventually
from tests.suite import client, on_free_ports, running

COUNT = 1000
PAGE = 200
SEED = 20260105
SPACE = UUID("0189d3f4-0000-7000-8000-000000000000")

NAMES = (
    "Łukasz Żółć",
    "Nguyễn Thị Hồng Nhung",
    "山田 太郎",
    "Мария Ивановна Щукина",
    "محمد بن عبد الله",
    "שרה כהן",
    "Zoë O\u2019Brien-D'Arcy",
    "ஆறுமுகம்",
    "e\u0301 and \u00e9 are two texts",
    "👩🏽\u200d💻 Ada",
    "\u202eright to left\u202c",
)
PIECES = (
    "<p>Hello &amp; <b>welcome</b></p>",
    "<script>alert('no')</script>",
    '"quoted" \\ and \\n that is no line',
    "NULL",
    "{{ template }} %s ${HOME} $1",
    "'; DROP TABLE tickets_v1; --",
    "tab\there",
    "\u00a0no-break\u2028line\u2029paragraph\u0085next",
    "\x0b\x0c\x1b[31mred\x1b[0m",
    "\ufeffmark",
    "\U0010fffd",
    "😀" * 20,
    "   ",
)
ENDINGS = ("\n", "\r\n", "\r", "\n\r", "\r\r\n", "")


def ticket(number: int, chance: random.Random) -> dict[str, Any]:
    """Every 50th has a body of 60,000 signs, beyond all that people write."""
    lines = chance.choices(PIECES, k=chance.randint(1, 8))
    body = "".join(line + chance.choice(ENDINGS) for line in lines)
    if number % 50 == 0:
        body = (body * (60_000 // len(body) + 1))[:60_000]
    name = chance.choice(NAMES)
    return {
        "id": str(uuid5(SPACE, str(number))),
        "subject": f"{chance.choice(PIECES)} {name} {number}",
        "description": body,
        "category": name,
        "tags": list(dict.fromkeys(chance.choices(NAMES, k=3))),
        "fields": {name: chance.choice(PIECES), "größe": number},
        "requester": {"id": f"r-{number}", "name": name},
    }


@pytest.fixture
def ada(settings: Settings) -> Iterator[httpx.Client]:
    mine = on_free_ports(settings)
    with running(mine), client(mine, "agent", "ada") as connected:
        yield connected


def test_text_comes_out_as_it_went_in(ada: httpx.Client) -> None:
    chance = random.Random(SEED)  # noqa: S311 - texts that can be had again, no secret
    tickets = [ticket(number, chance) for number in range(COUNT)]
    for start in range(0, COUNT, PAGE):
        sent(ada, [{"op": "open", **one} for one in tickets[start : start + PAGE]])
    eventually(lambda: len(list(listed(ada))) == COUNT, 60)

    kept = ("id", "subject", "category", "tags", "fields")
    assert {one["id"]: {name: one[name] for name in kept} for one in listed(ada)} == {
        one["id"]: {name: one[name] for name in kept} for one in tickets
    }
    descriptions = {one["id"]: ada.get(f"/tickets/{one['id']}").json()["description"] for one in tickets}
    assert descriptions == {one["id"]: one["description"] for one in tickets}
    for one in tickets[:100]:
        opening = ada.get(f"/tickets/{one['id']}/events").json()["items"][0]["payload"]
        assert (opening["description"], opening["requester"]["name"]) == (
            one["description"],
            one["requester"]["name"],
        )


def sent(ada: httpx.Client, items: Sequence[Mapping[str, object]]) -> None:
    answer = ada.post("/tickets:bulk", json={"items": items}, timeout=60)
    assert answer.status_code == 200, answer.text
    refused = [one for one in answer.json()["results"] if one["status"] not in (201, 202)]
    assert refused == []


def listed(ada: httpx.Client) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        question: dict[str, str | int] = {"limit": PAGE} if cursor is None else {"limit": PAGE, "cursor": cursor}
        page = ada.get("/tickets", params=question).json()
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
