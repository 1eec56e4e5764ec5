"""One ticket: now, in the past, its history and its comments, and what a requester sees of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from shared.events.personal import Plain
from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_events import (
    CustomerAwaited,
    FollowUpOpened,
    MessageRedacted,
    RequesterReplied,
    SourceChanged,
    TicketEventData,
    TicketResolved,
    TicketTransferred,
    TicketUnassigned,
)
from shared.events.ticket_promises import SlaBreached, TicketEscalated
from shared.events.ticket_values import Channel, Clock, FieldValue, Priority
from shared.runtime.settings import Settings
from tests.integration.projections.asking import RITA, SAM, STAFF, Client, asking, store
from tests.projecting import ANSWERED, ASSIGNED, AT, MINUTE, NOTED, OPENED, TICKET, happened, life, said

STEPS = life(
    ASSIGNED,
    ANSWERED,
    NOTED,
    CustomerAwaited("internal remark"),
    RequesterReplied(said("Which water?")),
    TicketEscalated("k", "rule", 1, 1, 0),
    TicketResolved(1, "ada"),
)
PATH = f"/v1/tickets/{TICKET}"
UNKNOWN = "0189d3f4-0000-7000-8000-00000000ffff"


@pytest.fixture
async def client(reading: Settings) -> AsyncIterator[Client]:
    await store(reading, STEPS)
    async with asking(reading) as ready:
        yield ready


async def test_a_ticket_is_found_by_id_and_by_reference(client: Client) -> None:
    by_id = await client.get(PATH)
    by_reference = await client.get("/v1/tickets/cf-5724")
    assert by_id.status_code == 200
    assert by_id.headers["ETag"] == '"8"'
    assert by_id.json() == by_reference.json()
    assert {name: by_id.json()[name] for name in ("subject", "description", "status", "version", "fields")} == {
        "subject": "Printer on fire",
        "description": "It burns since Monday.",
        "status": "resolved",
        "version": 8,
        "fields": {"floor": 3},
    }


async def test_the_past_has_the_form_of_the_present(client: Client, reading: Settings) -> None:
    """The present is made by the database, the past by the fold: they agree on what is both."""
    await store(reading, [happened(PriorityChanged(Priority.P1, Priority.P3), 9)])
    for principal in (STAFF, RITA):
        folded = (await client.get(PATH, principal, version=8)).json()
        now = (await client.get(PATH, principal)).json()
        moved = {"priority", "version", "conversation_version", "updated_at"}
        assert {name for name in now if spelled(now[name]) != spelled(folded[name])} == moved
        assert folded.keys() == now.keys()


def spelled(value: object) -> object:
    """UTC is written as `Z` by one and as an offset by the other."""
    return value.replace("+00:00", "Z") if isinstance(value, str) else value


async def test_a_ticket_as_it_was(client: Client) -> None:
    def status(answer: dict[str, object]) -> tuple[object, object, object]:
        return answer["version"], answer["status"], answer["assignee_id"]

    seen = {
        "at version 1": status((await client.get(PATH, version=1)).json()),
        "at version 5": status((await client.get(PATH, version=5)).json()),
        "at a time": status((await client.get(PATH, at=(AT + 5 * MINUTE).isoformat())).json()),
        "between": status((await client.get(PATH, at=(AT + 5.5 * MINUTE).isoformat())).json()),
        "later": status((await client.get(PATH, at=(AT + timedelta(days=9)).isoformat())).json()),
        "to rita": status((await client.get(PATH, RITA, version=5)).json()),
    }
    assert seen == {
        "at version 1": (1, "new", None),
        "at version 5": (5, "pending_customer", "ada"),
        "at a time": (5, "pending_customer", "ada"),
        "between": (5, "pending_customer", "ada"),
        "later": (8, "resolved", "ada"),
        "to rita": (5, "pending_customer", "ada"),
    }
    assert (await client.get(PATH, version=3)).headers["ETag"] == '"3"'


async def test_a_time_means_the_time_of_the_world(client: Client, reading: Settings) -> None:
    late = happened(RequesterReplied(said("sent at noon")), 10, at=AT + 2 * MINUTE)
    await store(reading, [happened(NOTED, 9), late])
    assert (await client.get(PATH, at=(AT + 9 * MINUTE).isoformat())).json()["version"] == 10
    assert (await client.get(PATH, at=(AT + 3 * MINUTE).isoformat())).json()["version"] == 3


@pytest.mark.parametrize("query", [{"version": 99}, {"at": AT.isoformat()}])
async def test_a_ticket_before_its_time_is_not_found(client: Client, query: dict[str, object]) -> None:
    answer = await client.get(PATH, STAFF, None, **query)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_version_and_time_together_are_too_much(client: Client) -> None:
    assert (await client.get(PATH, version=1, at=AT.isoformat())).status_code == 400


async def test_what_has_not_changed_is_not_sent_again(client: Client) -> None:
    statuses = [
        (await client.get(PATH, STAFF, {"If-None-Match": tags})).status_code
        for tags in ('"8"', 'W/"8"', '"3", "8"', "*", '"7"')
    ]
    assert statuses == [304, 304, 304, 304, 200]


@pytest.mark.parametrize("rest", ["", "?version=1", "/events", "/comments"])
async def test_anothers_ticket_and_a_missing_one_are_told_apart_by_nobody(client: Client, rest: str) -> None:
    paths = (PATH, f"/v1/tickets/{UNKNOWN}", "/v1/tickets/CF-5724", "/v1/tickets/CF-9", "/v1/tickets/nonsense")
    answers = [await client.get(path + rest, SAM) for path in paths]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[1].text)}


async def test_the_history_of_a_ticket(client: Client) -> None:
    page = (await client.get(f"{PATH}/events")).json()
    assert [(item["version"], item["event_type"].split(".")[2]) for item in page["items"]] == [
        (1, "opened"),
        (2, "assigned"),
        (3, "agent_replied"),
        (4, "noted"),
        (5, "customer_awaited"),
        (6, "requester_replied"),
        (7, "escalated"),
        (8, "resolved"),
    ]
    assert page["next_cursor"] is None
    assert page["items"][2] == {
        "ticket_id": str(TICKET),
        "version": 3,
        "conversation_version": 3,
        "event_id": str(STEPS[2].id),
        "event_type": "casefold.ticket.agent_replied.v1",
        "actor_kind": "agent",
        "actor_id": "ada",
        "created_at": "2026-01-05T09:03:00Z",
        "occurred_at": "2026-01-05T09:03:00Z",
        "origin": "live",
        "implied": False,
        "command_id": str(STEPS[2].command_id),
        "correlation_id": str(STEPS[2].correlation_id),
        "cause_id": None,
        "payload": {"message": {"body": "Have you tried water?", "format": "text"}, "first_response": True},
    }


async def test_a_requester_sees_the_part_of_the_history_that_is_meant_for_them(
    client: Client, reading: Settings
) -> None:
    more: tuple[TicketEventData, ...] = (
        TicketTransferred("second-line", "first-line"),
        TicketUnassigned("ada", "overworked"),
        SlaBreached(Clock.RESOLUTION, 1, AT),
        MessageRedacted(4, "it was rude"),
        SourceChanged(9),
        FollowUpOpened(
            UUID(UNKNOWN), OPENED.subject, said("still burning"), Channel.WEB, Priority.P3, "rita", team_id="x"
        ),
    )
    await store(reading, [happened(step, version) for version, step in enumerate(more, 9)])
    answer = await client.get(f"{PATH}/events", RITA)
    shown = {item["version"]: item["payload"] for item in answer.json()["items"]}
    assert shown == {
        1: {
            "reference": "CF-5724",
            "subject": "Printer on fire",
            "description": "It burns since Monday.",
            "channel": "web",
            "priority": "P3",
            "requester": {
                "id": "rita",
                "name": "Rita Möller",
                "email": "rita@example.com",
                "organisation": "Acme",
            },
            "category": "hardware",
            "fields": {"floor": 3},
            "follows": None,
            "external": None,
        },
        2: {"assignee_id": "ada"},
        3: {"message": {"body": "Have you tried water?", "format": "text"}},
        5: {},
        6: {"message": {"body": "Which water?", "format": "text"}},
        8: {"article_id": None, "resolved_at": None},
        10: {},
        14: {"follow_up_id": UNKNOWN},
    }
    assert "wrong printer" not in answer.text


async def test_comments_and_notes(client: Client, reading: Settings) -> None:
    page = (await client.get(f"{PATH}/comments")).json()
    assert [(item["version"], item["author_id"], item["internal"], item["body"]) for item in page["items"]] == [
        (3, "ada", False, "Have you tried water?"),
        (4, "ada", True, "Do not tell her that it was the wrong printer."),
        (6, "ada", False, "Which water?"),
    ]
    own = await client.get(f"{PATH}/comments", RITA)
    assert [item["version"] for item in own.json()["items"]] == [3, 6]
    await store(reading, [happened(MessageRedacted(3, "secret"), 9)])
    again = (await client.get(f"{PATH}/comments", RITA)).json()["items"][0]
    assert (again["body"], again["redacted"]) == ("", True)


@pytest.mark.parametrize(("kind", "versions"), [("events", list(range(1, 9))), ("comments", [3, 4, 6])])
async def test_histories_come_in_pages(client: Client, kind: str, versions: list[int]) -> None:
    seen: list[int] = []
    query: dict[str, object] = {"limit": 2}
    while True:
        page = (await client.get(f"{PATH}/{kind}", STAFF, None, **query)).json()
        seen += [item["version"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == versions
    wrong = await client.get(f"/v1/tickets/CF-5724/{kind}", RITA, None, **query)
    assert wrong.status_code == 400


async def test_long_and_foreign_texts_come_out_as_they_went_in(client: Client, reading: Settings) -> None:
    subject = "Zażółć gęślą jaźń 漢字 🖨️"
    description = '<p>&lt;b&gt;\r\nline\rnext\u2028end\t\\ "quoted"</p>\n' * 2000
    tags = ('a "quoted", {braced} \\ one', "NULL", "", "Größe")
    fields: dict[str, FieldValue] = {"näme": 'it\'s "so"\n', "share": 0.1, "yes": True}
    other = UUID(UNKNOWN)
    odd = replace(
        OPENED,
        reference="CF-18",
        subject=Plain(subject),
        description=Plain(description),
        tags=tags,
        fields=fields,
    )
    await store(reading, life(ticket=other, opened=odd))
    found = (await client.get(f"/v1/tickets/{other}")).json()
    assert (found["subject"], found["description"]) == (subject, description)
    assert (tuple(found["tags"]), found["fields"]) == (tags, fields)
    assert await client.ids(tag=tags[0]) == ["CF-18"]
    assert await client.ids(q="ZAŻÓŁĆ 漢") == ["CF-18"]
