"""Who was given a ticket, took it or lost it, and why; never told to a requester."""

from collections.abc import AsyncIterator

import pytest

from shared.events.envelope import Actor, ActorKind
from shared.events.routing_values import AGENT_AWAY, Candidate, Explanation, LeftOut, QueueReason
from shared.events.ticket_events import (
    TicketAssigned,
    TicketClaimed,
    TicketQueued,
    TicketUnassigned,
)
from shared.runtime.http.principal import Principal, Role
from shared.runtime.settings import Settings
from tests.integration.projections.asking import RITA, STAFF, Client, asking, store
from tests.projecting import ANSWERED, AT, MINUTE, OPENED, TICKET, happened

ROUTER = Actor(ActorKind.SERVICE, "router")
CLEO = Actor(ActorKind.LEAD, "cleo")
PATH = f"/v1/tickets/{TICKET}/routing"
UNKNOWN = "0189d3f4-0000-7000-8000-00000000ffff"

EMPTY = Explanation(
    position=10,
    decided_at=AT + MINUTE,
    ticket_version=1,
    directory_offset=7,
    policy_version=3,
    team_id="first-line",
    required=("printers",),
    left_out={LeftOut.SKILLS: 4},
)
GROUNDS = Explanation(
    position=12,
    decided_at=AT + 2 * MINUTE,
    ticket_version=2,
    directory_offset=8,
    policy_version=3,
    language="de",
    eligible=1,
    candidates=(Candidate("ada", 1, 5, 4, AT),),
)
STEPS = (
    happened(OPENED, 1, actor=Actor(ActorKind.REQUESTER, "rita")),
    happened(TicketQueued(QueueReason.NO_SKILL, EMPTY, ("printers",)), 2, actor=ROUTER),
    happened(TicketAssigned("ada", explanation=GROUNDS), 3, actor=ROUTER),
    happened(TicketUnassigned("ada", AGENT_AWAY, 1), 4, actor=ROUTER),
    happened(TicketClaimed("ben", 1), 5, actor=Actor(ActorKind.AGENT, "ben")),
    happened(ANSWERED, 6),
    happened(TicketAssigned("dan", "ben", 1, over_limit=True), 7, actor=CLEO),
)


@pytest.fixture
async def client(reading: Settings) -> AsyncIterator[Client]:
    await store(reading, STEPS)
    async with asking(reading) as ready:
        yield ready


async def test_every_decision_with_its_grounds_as_data_and_in_words(client: Client) -> None:
    answer = await client.get(PATH)
    assert answer.status_code == 200, answer.text
    queued, assigned, unassigned, claimed, by_hand = answer.json()["items"]
    assert queued == {
        "version": 2,
        "event_id": str(STEPS[1].id),
        "created_at": "2026-01-05T09:02:00Z",
        "kind": "queued",
        "actor_kind": "service",
        "actor_id": "router",
        "agent_id": None,
        "previous_agent_id": None,
        "over_limit": False,
        "reason": "no_skill",
        "missing": ["printers"],
        "explanation": {
            "position": 10,
            "decided_at": "2026-01-05T09:01:00Z",
            "ticket_version": 1,
            "directory_offset": 7,
            "policy_version": 3,
            "team_id": "first-line",
            "language": None,
            "required": ["printers"],
            "dropped": [],
            "to_leads": False,
            "eligible": 0,
            "candidates": [],
            "left_out": {"skills": 4},
        },
        "words": [
            "It waits: nobody in question has the skills. Missing: printers.",
            "Asked for: team first-line, skills printers.",
            "Left out: 4 without the skills.",
        ],
    }
    assert (assigned["version"], assigned["kind"], assigned["agent_id"]) == (3, "assigned", "ada")
    assert assigned["explanation"]["candidates"] == [
        {
            "agent_id": "ada",
            "load": 1,
            "max_load": 5,
            "proficiency": 4,
            "last_assigned_at": "2026-01-05T09:00:00Z",
            "turns": 0.0,
        }
    ]
    assert assigned["words"] == [
        "Given to ada, the best of 1 who could take it.",
        "Asked for: any team, language de, no skill.",
        "1. ada: 1 of 5 tickets, proficiency 4, last assigned 2026-01-05 09:00:00 UTC.",
    ]
    assert (unassigned["previous_agent_id"], unassigned["reason"]) == ("ada", "agent_away")
    assert (claimed["agent_id"], claimed["words"]) == ("ben", ["ben took it themself."])
    assert (by_hand["agent_id"], by_hand["previous_agent_id"], by_hand["over_limit"]) == ("dan", "ben", True)
    assert (by_hand["explanation"], by_hand["actor_id"]) == (None, "cleo")


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADMIN, Role.ANALYST, Role.SERVICE])
async def test_those_who_may_read_every_ticket_are_told_the_same(client: Client, role: Role) -> None:
    assert (await client.get(PATH, Principal(role, "somebody"))).json() == (await client.get(PATH)).json()


async def test_a_requester_is_told_nothing_of_it(client: Client) -> None:
    for path in (PATH, f"/v1/tickets/{UNKNOWN}/routing"):
        answer = await client.get(path, RITA)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    told = (await client.get(f"/v1/tickets/{TICKET}/events", RITA)).text
    assert "explanation" not in told
    assert "queued" not in told


async def test_it_is_found_by_reference_and_comes_in_pages(client: Client) -> None:
    seen: list[int] = []
    query: dict[str, object] = {"limit": 2}
    while True:
        page = (await client.get("/v1/tickets/cf-5724/routing", STAFF, None, **query)).json()
        seen += [item["version"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [2, 3, 4, 5, 7]
    other = await client.get(f"/v1/tickets/{TICKET}/events", STAFF, None, **query)
    assert other.status_code == 400


async def test_of_an_unknown_ticket_there_is_none(client: Client) -> None:
    answer = await client.get(f"/v1/tickets/{UNKNOWN}/routing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
