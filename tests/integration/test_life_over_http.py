"""A ticket's whole life over HTTP, on real servers, and who may see and do what."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from shared.runtime.settings import Settings
from tests.processing import listed, send
from tests.suite import client, on_free_ports, running


class People:
    """Those who take part, each with a token."""

    def __init__(self, settings: Settings) -> None:
        self.rita = client(settings, "requester", "rita")
        self.rudi = client(settings, "requester", "rudi")
        self.ada = client(settings, "agent", "ada")
        self.ben = client(settings, "agent", "ben")
        self.lea = client(settings, "lead", "lea")
        self.anna = client(settings, "analyst", "anna")
        self.nobody = httpx.Client(base_url=self.rita.base_url)

    def close(self) -> None:
        for one in (self.rita, self.rudi, self.ada, self.ben, self.lea, self.anna, self.nobody):
            one.close()


@pytest.fixture
def people(settings: Settings) -> Iterator[People]:
    mine = on_free_ports(settings)
    with running(mine):
        send(mine, listed("ada", "ben"))
        there = People(mine)
        yield there
        there.close()


def said(answer: httpx.Response, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    found: dict[str, object] = answer.json()
    return found


def opened(people: People) -> str:
    body = {"subject": "Drucker brennt 🔥", "description": "Seit Montag.\r\nHilfe!"}
    return str(said(people.rita.post("/tickets", json=body), 201)["ticket_id"])


def test_a_whole_life(people: People) -> None:
    ticket = opened(people)
    path = f"/tickets/{ticket}"
    said(people.ada.post(f"{path}/claim", json={}), 200)
    assert said(people.ben.post(f"{path}/claim", json={}), 422)["code"] == "already_claimed"
    said(people.ada.post(f"{path}/replies", json={"body": "Have you tried water?"}), 200)
    said(people.ada.post(f"{path}/notes", json={"body": "The wrong printer, again."}), 200)
    said(people.ada.post(f"{path}/await-customer", json={}), 200)
    said(people.rita.post(f"{path}/replies", json={"body": "It helped."}), 200)
    said(people.ada.post(f"{path}/resolve", json={}), 200)
    said(people.rita.post(f"{path}/reopen", json={}), 200)
    said(people.ada.post(f"{path}/resolve", json={}), 200)
    closed = people.rita.post(f"{path}/close", json={"reason": "confirmed"})
    said(closed, 200)
    assert said(people.ada.post(f"{path}/claim", json={}), 422)["code"] == "ticket_closed"

    token = {"Read-Token": closed.headers["read-token"]}
    row = said(people.rita.get(path, headers=token), 200)
    assert (row["subject"], row["description"], row["status"]) == (
        "Drucker brennt 🔥",
        "Seit Montag.\r\nHilfe!",
        "closed",
    )
    assert (row["assignee_id"], row["reopenings"]) == ("ada", 1)
    steps = said(people.ada.get(f"{path}/events"), 200)["items"]
    assert isinstance(steps, list)
    assert [step["event_type"].split(".")[2] for step in steps] == [
        "opened",
        "claimed",
        "agent_replied",
        "noted",
        "customer_awaited",
        "requester_replied",
        "resolved",
        "reopened",
        "resolved",
        "closed",
    ]
    assert [step["version"] for step in steps] == list(range(1, 11))
    past = said(people.ada.get(path, params={"version": 5}), 200)
    assert past["status"] == "pending_customer"

    for place in (path, f"{path}/events", f"{path}/comments"):
        assert "wrong printer" not in people.rita.get(place).text
        assert people.rudi.get(place).status_code == 404
        assert people.nobody.get(place).status_code == 401
    assert "wrong printer" in people.ada.get(f"{path}/comments").text
    missing = people.rudi.get(f"/tickets/{uuid4()}")
    assert people.rudi.get(path).json() == missing.json()
    assert said(people.rudi.post(f"{path}/reopen", json={}), 404)["code"] == "not_found"
    assert people.anna.get(path).status_code == 200
    assert people.anna.post(f"{path}/notes", json={"body": "x"}).status_code == 403
    assert people.rita.post(f"{path}/notes", json={"body": "x"}).status_code == 403


def test_a_retry_is_one_ticket_and_races_are_told_apart(people: People) -> None:
    key = {"Idempotency-Key": "order-66"}
    body = {"subject": "Paper", "description": "There is none."}
    first = said(people.rita.post("/tickets", json=body, headers=key), 201)
    again = said(people.rita.post("/tickets", json=body, headers=key), 201)
    assert (again["ticket_id"], again["repeated"]) == (first["ticket_id"], True)
    other = people.rita.post("/tickets", json={**body, "subject": "Ink"}, headers=key)
    assert said(other, 422)["code"] == "idempotency_key_reused"

    path = f"/tickets/{first['ticket_id']}"
    stale = people.ada.post(f"{path}/claim", json={"expected_version": 7})
    assert said(stale, 409)["code"] == "version_conflict"
    assert people.ada.post(f"{path}/claim", json={}, headers={"If-Match": '"7"'}).status_code == 412
    changed = people.ada.patch(path, json={"priority": "P1", "category": "supplies"}, headers={"If-Match": '"1"'})
    said(changed, 200)
    listed = people.ada.get(
        "/tickets", params={"priority": "P1", "q": "paper", "read_token": changed.headers["read-token"]}
    )
    assert [item["id"] for item in listed.json()["items"]] == [first["ticket_id"]]


def test_bad_requests_are_told_what_is_wrong(people: People) -> None:
    assert said(people.rita.post("/tickets", json={"subject": ""}), 400)["code"] == "malformed"
    assert said(people.rita.post("/tickets", json={"subject": "a", "nonsense": 1}), 400)["code"] == "malformed"
    assert (
        people.rita.post("/tickets", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    )
    assert people.rita.post("/tickets", content=b"a=b").status_code == 415
    large = {"subject": "a", "description": "x" * 300_000}
    assert people.rita.post("/tickets", json=large).status_code == 413
    assert people.ada.get("/tickets", params={"sort": "colour"}).status_code == 400
    assert people.ada.get("/tickets/CF-99").status_code == 404
    bulk = {"items": [{"op": "open", "subject": "one"}, {"op": "open", "subject": ""}, {"op": "nonsense"}]}
    results = said(people.rita.post("/tickets:bulk", json=bulk), 200)
    items = results.get("results", results.get("items"))
    assert isinstance(items, list)
    assert [item["status"] for item in items] == [201, 400, 400]


def test_an_agents_limit_holds_for_all_but_leads(people: People, settings: Settings) -> None:
    send(settings, listed("ben", max_load=1, version=2))
    first, second, third = (opened(people) for _ in range(3))
    said(people.ben.post(f"/tickets/{first}/claim", json={}), 200)
    full = said(people.ben.post(f"/tickets/{second}/claim", json={}), 422)
    assert full["code"] == "no_free_slot"
    assert full["detail"] == "ben has 1 tickets, and the limit is 1; finish one, or ask a lead."
    given = said(people.lea.post(f"/tickets/{second}/assign", json={"assignee_id": "ben"}), 200)
    said(people.ben.post(f"/tickets/{first}/resolve", json={}), 200)
    assert said(people.ada.post(f"/tickets/{third}/assign", json={"assignee_id": "ben"}), 422)["code"] == (
        "no_free_slot"
    )
    said(people.ben.post(f"/tickets/{second}/await-customer", json={}), 200)
    said(people.ada.post(f"/tickets/{third}/assign", json={"assignee_id": "ben"}), 200)
    nobody = said(people.lea.post(f"/tickets/{third}/assign", json={"assignee_id": "zoe"}), 422)
    assert nobody["code"] == "unknown_agent"
    log = people.ada.get(f"/tickets/{second}/events", headers={"Read-Token": str(given["read_token"])}).json()
    assigned = next(one for one in log["items"] if one["event_type"] == "casefold.ticket.assigned.v1")
    assert assigned["payload"]["over_limit"] is True
