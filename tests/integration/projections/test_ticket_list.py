"""The ticket list: filters, order, pages, search, and what a requester finds."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from services.projections.queries.answers import TicketItem
from shared.events.personal import Plain
from shared.events.ticket_changes import PriorityChanged, TicketRetitled
from shared.events.ticket_events import (
    AgentReplied,
    MessageRedacted,
    RequesterReplied,
    TicketAssigned,
    TicketNoted,
    TicketResolved,
)
from shared.events.ticket_promises import SlaBreached, SlaTargeted
from shared.events.ticket_values import Channel, Clock, ClockTarget, Priority, Requester, SlaInputs
from shared.runtime.settings import Settings
from tests.integration.projections.asking import RITA, SAM, STAFF, Client, asking, store
from tests.projecting import AT, OPENED, life, said

DUE = AT + timedelta(hours=4)
TARGETED = SlaTargeted(
    "standard", 1, None, 1, SlaInputs(Priority.P1, Channel.WEB), (ClockTarget(Clock.RESOLUTION, 1, AT, DUE),)
)


def ticket(number: int) -> UUID:
    return UUID(int=0x0189D3F4_0000_7000_8000_000000000000 + number)


def opened(number: int, **changes: Any) -> Any:  # noqa: ANN401 - fields of an opening
    return replace(OPENED, reference=f"CF-{number}", **changes)


SAMS = Requester("sam", Plain("Sam"), Plain("sam@example.com"))
EVENTS = [
    *life(TicketAssigned("ada"), ticket=ticket(1), opened=opened(1, priority=Priority.P1)),
    *life(
        TicketAssigned("bo"),
        TARGETED,
        SlaBreached(Clock.RESOLUTION, 1, DUE),
        ticket=ticket(2),
        opened=opened(2, channel=Channel.EMAIL, tags=("office", "vip"), subject=Plain("Größerer Schaden")),
    ),
    *life(
        TicketNoted(said("the customer is a goldmine")),
        AgentReplied(said("Please send the serial-number of foo@example.com")),
        ticket=ticket(3),
        opened=opened(3, category=None, team_id=None, subject=Plain("Scanner")),
    ),
    *life(
        TicketAssigned("ada"),
        RequesterReplied(said("goldfish died")),
        TicketResolved(1, "ada"),
        ticket=ticket(4),
        opened=opened(4, requester=SAMS, priority=Priority.P2, category="pets"),
    ),
]


@pytest.fixture
async def client(reading: Settings) -> AsyncIterator[Client]:
    await store(reading, EVENTS)
    async with asking(reading) as ready:
        yield ready


async def test_filters_narrow_the_list(client: Client) -> None:
    found = {
        "all": await client.ids(),
        "new": await client.ids(status="new"),
        "two states": await client.ids(status=["open", "resolved"], sort="priority"),
        "ada's": await client.ids(assignee_id="ada"),
        "nobody's or bo's": await client.ids(assignee_id=["none", "bo"]),
        "without team": await client.ids(team_id="none"),
        "without category": await client.ids(category="none"),
        "pets": await client.ids(category="pets"),
        "vip": await client.ids(tag=["vip", "office"]),
        "by mail": await client.ids(channel="email"),
        "urgent": await client.ids(priority=["P1", "P2"]),
        "broken": await client.ids(breached="resolution"),
        "sam's": await client.ids(requester_id="sam"),
        "one": await client.ids(reference="cf-3"),
        "updated late": await client.ids(updated_after=(AT + timedelta(minutes=4)).isoformat()),
        "created before": await client.ids(created_before=AT.isoformat()),
    }
    assert found == {
        "all": ["CF-4", "CF-3", "CF-2", "CF-1"],
        "new": ["CF-3"],
        "two states": ["CF-1", "CF-4", "CF-2"],
        "ada's": ["CF-4", "CF-1"],
        "nobody's or bo's": ["CF-3", "CF-2"],
        "without team": ["CF-3"],
        "without category": ["CF-3"],
        "pets": ["CF-4"],
        "vip": ["CF-2"],
        "by mail": ["CF-2"],
        "urgent": ["CF-4", "CF-1"],
        "broken": ["CF-2"],
        "sam's": ["CF-4"],
        "one": ["CF-3"],
        "updated late": ["CF-4", "CF-2"],
        "created before": [],
    }


async def test_a_search_reads_subject_description_comments_and_notes(client: Client) -> None:
    found = {
        query: await client.ids(q=query)
        for query in (
            "fire",
            "GROSSERER",
            "größerer schaden",
            "scanner monday",
            "goldmine",
            "gold*",
            "gold* -scanner",
            "serial number",
            "foo@example.com",
            "cf-2",
            "nowhere",
            "!!!",
            "O'Reilly\\ & | ! : *",
        )
    }
    assert found == {
        "fire": ["CF-4", "CF-1"],
        "GROSSERER": ["CF-2"],
        "größerer schaden": ["CF-2"],
        "scanner monday": ["CF-3"],
        "goldmine": ["CF-3"],
        "gold*": ["CF-4", "CF-3"],
        "gold* -scanner": ["CF-4"],
        "serial number": ["CF-3"],
        "foo@example.com": ["CF-3"],
        "cf-2": ["CF-2"],
        "nowhere": [],
        "!!!": [],
        "O'Reilly\\ & | ! : *": [],
    }


async def test_words_that_fell_away_are_not_found_any_more(client: Client, reading: Settings) -> None:
    events = life(
        TicketRetitled(Plain("Copier")),
        RequesterReplied(said("my password is swordfish")),
        MessageRedacted(3, "a secret"),
        ticket=ticket(5),
        opened=opened(5),
    )
    await store(reading, events[:3])
    assert [await client.ids(q=word) for word in ("fire", "swordfish")] == [["CF-4", "CF-1"], ["CF-5"]]
    await store(reading, events[3:])
    assert [await client.ids(q=word) for word in ("copier monday", "swordfish")] == [["CF-5"], []]


async def test_a_requester_finds_their_own_tickets_and_never_by_a_note(client: Client) -> None:
    assert await client.ids(RITA) == ["CF-3", "CF-2", "CF-1"]
    assert await client.ids(SAM) == ["CF-4"]
    assert await client.ids(RITA, requester_id="sam") == []
    assert await client.ids(RITA, q="goldmine") == []
    assert await client.ids(RITA, q="gold*") == []
    assert await client.ids(RITA, q="-goldmine", status="new") == ["CF-3"]
    assert await client.ids(RITA, q="scanner") == ["CF-3"]


@pytest.mark.parametrize(
    "query",
    [
        {"tag": "vip"},
        {"team_id": "none"},
        {"breached": "false"},
        {"at_risk": "false"},
        {"due_before": DUE.isoformat()},
        {"due_after": DUE.isoformat()},
        {"escalation_level": "0"},
        {"sort": "resolution_due_at"},
        {"sort": "-due_at"},
    ],
)
async def test_a_requester_cannot_ask_for_what_they_may_not_see(client: Client, query: dict[str, str]) -> None:
    answer = await client.get("/v1/tickets", RITA, None, **query)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_item_has_the_documented_form_and_hides_what_is_internal(client: Client) -> None:
    staff = (await client.get("/v1/tickets", STAFF, reference="CF-2")).json()["items"][0]
    own = (await client.get("/v1/tickets", RITA, reference="CF-2")).json()["items"][0]
    assert TicketItem.model_validate(staff, strict=False).model_dump(mode="json") == {
        **staff,
        **{name: staff[name].replace("+00:00", "Z") for name in ("created_at", "updated_at", "resolution_due_at")},
    }
    assert {name: value for name, value in staff.items() if own[name] != value} == {
        "team_id": "first-line",
        "tags": ["office", "vip"],
        "resolution_due_at": "2026-01-05T13:00:00+00:00",
        "breached": {"first_response": False, "next_reply": False, "resolution": True},
        "escalation_level": 0,
        "reassignments": 0,
    }


@pytest.mark.parametrize(
    "sort",
    [
        "-created_at",
        "created_at",
        "priority,-created_at",
        "-priority,updated_at",
        "resolution_due_at",
        "-resolution_due_at",
        "due_at",
        "-due_at",
    ],
)
async def test_pages_show_every_ticket_once_in_order(client: Client, reading: Settings, sort: str) -> None:
    await store(
        reading,
        [
            event
            for number in range(10, 30)
            for event in life(
                PriorityChanged(list(Priority)[number % 3], Priority.P3),
                ticket=ticket(number),
                opened=opened(number),
            )
        ],
    )
    for extra in ({}, {"status": ["new", "open", "resolved"]}, {"q": "monday"}):
        whole = await client.ids(sort=sort, limit=200, **extra)
        assert len(whole) == len(set(whole)) == 24
        paged: list[str] = []
        query: dict[str, Any] = {"sort": sort, "limit": 7, **extra}
        while True:
            page = (await client.get("/v1/tickets", **query)).json()
            paged += [item["reference"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert paged == whole


async def test_sorting_by_priority_and_time(client: Client) -> None:
    items = (await client.get("/v1/tickets", sort="priority,-created_at")).json()["items"]
    assert all(
        (one["priority"], other["created_at"]) <= (other["priority"], one["created_at"])
        for one, other in pairwise(items)
    )
    assert (await client.ids(sort="resolution_due_at"))[0] == "CF-2"
    assert (await client.ids(sort="-resolution_due_at"))[0] == "CF-2"


@pytest.mark.parametrize(
    ("query", "said_so"),
    [
        ({"status": "lost"}, "'new', 'open', 'pending_customer'"),
        ({"sort": "-colour"}, "is no key to sort by"),
        ({"limit": 201}, "less than or equal to 200"),
        ({"breached": "yes"}, "'true', 'false', 'first_response'"),
        ({"at_risk": "1"}, "'true' or 'false'"),
        ({"escalation_level": 4}, "less than or equal to 3"),
        ({"due_before": "soon"}, "query.due_before"),
        ({"created_after": "yesterday"}, "query.created_after"),
        ({"created_after": "2026-01-01T00:00:00"}, "timezone"),
        ({"q": "a\x00b"}, "query.q"),
        ({"cursor": "abc"}, "leave it out"),
    ],
)
async def test_a_malformed_question_is_told_what_is_allowed(
    client: Client, query: dict[str, str], said_so: str
) -> None:
    answer = await client.get("/v1/tickets", STAFF, None, **query)
    assert answer.status_code == 400
    assert said_so in answer.json()["detail"]


async def test_a_cursor_holds_for_its_own_question_only(client: Client) -> None:
    cursor = (await client.get("/v1/tickets", limit=1)).json()["next_cursor"]
    answers = [
        await client.get("/v1/tickets", STAFF, cursor=cursor, status="new"),
        await client.get("/v1/tickets", RITA, cursor=cursor),
        await client.get("/v1/tickets", STAFF, cursor=cursor[:-2] + "AA"),
        await client.get("/v1/tickets", STAFF, cursor=cursor, limit=3),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 200]
