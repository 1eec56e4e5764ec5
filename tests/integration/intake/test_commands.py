"""Wishes over HTTP with the real processor: repeated, expected, imported, limited, and not answered in time."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.runtime.http.application import application
from shared.runtime.settings import Settings
from tests.integration.intake.conftest import As, bearing
from tests.issuing import Issuer

PAPER = {"subject": "Paper", "description": "There is none.", "requester": {"email": "Rita@Example.org"}}


@pytest.mark.usefixtures("processor")
async def test_a_wish_sent_at_once_many_times_is_granted_once(as_: As) -> None:
    ada, key = as_("agent", "ada"), {"Idempotency-Key": "k"}
    answers = await asyncio.gather(*(ada.post("/tickets", json=PAPER, headers=key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.json()["ticket_id"], answer.json()["version"]) for answer in answers}) == 1
    assert sorted(answer.json()["repeated"] for answer in answers) == [False] + [True] * 19


@pytest.mark.usefixtures("processor")
async def test_two_wishes_of_one_key_sent_at_once_are_told_apart(as_: As) -> None:
    ada, key = as_("agent", "ada"), {"Idempotency-Key": "k"}
    bodies = [{**PAPER, "subject": subject} for subject in ("Paper", "Ink") * 5]
    answers = await asyncio.gather(*(ada.post("/tickets", json=body, headers=key) for body in bodies))
    granted = {answer.request.content for answer in answers if answer.status_code == 201}
    refused = {answer.request.content for answer in answers if answer.status_code == 422}
    assert (len(granted), len(refused), granted & refused) == (1, 1, set())
    assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {"idempotency_key_reused"}


@pytest.mark.usefixtures("processor")
async def test_keys_of_two_callers_are_two_keys(as_: As) -> None:
    key = {"Idempotency-Key": "k"}
    ids = {
        (await as_(role, who).post("/tickets", json=PAPER, headers=key)).json()["ticket_id"]
        for role, who in (("agent", "ada"), ("agent", "ben"), ("lead", "ada"))
    }
    assert len(ids) == 3


@pytest.mark.usefixtures("processor")
async def test_the_spacing_and_order_of_a_body_do_not_make_it_another(as_: As) -> None:
    ada = as_("agent", "ada")
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    first = await ada.post("/tickets", content=b'{"subject":"a","requester":{"id":"r"}}', headers=headers)
    again = await ada.post("/tickets", content=b'{ "requester": {"id": "r"}, "subject": "a" }', headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == {**first.json(), "repeated": True, "read_token": again.json()["read_token"]}


@pytest.mark.usefixtures("processor")
async def test_a_ticket_id_is_taken_once(as_: As) -> None:
    body = {**PAPER, "id": "01890000-0000-7000-8000-000000000001"}
    first = await as_("agent", "ada").post("/tickets", json=body)
    assert (first.status_code, first.headers["location"]) == (201, f"/v1/tickets/{body['id']}")
    second = await as_("agent", "ben").post("/tickets", json=body)
    assert (second.status_code, second.json()["code"]) == (409, "already_exists")


@pytest.mark.usefixtures("processor")
async def test_a_requester_is_themself(as_: As) -> None:
    rita = as_("requester", "rita")
    other = await rita.post("/tickets", json={**PAPER, "requester": {"id": "rudi"}})
    assert (other.status_code, other.json()["code"]) == (403, "forbidden")
    assert (await rita.post("/tickets", json=PAPER)).status_code == 201


async def test_staff_say_on_whose_behalf(as_: As) -> None:
    answer = await as_("agent", "ada").post("/tickets", json={"subject": "Paper"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def row(number: int, **other: object) -> dict[str, object]:
    return {
        "op": "import",
        "source": "old-desk",
        "external": "INC1",
        "row": number,
        "occurred_at": f"2016-03-0{number + 1}T10:00:00+02:00",
        "opened_at": "2016-03-01T10:00:00+02:00",
        "subject": "Paper",
        "requester": {"id": "caller-1"},
        "status": "open",
        **other,
    }


@pytest.mark.usefixtures("processor")
async def test_an_import_told_twice_is_recorded_once(as_: As) -> None:
    importer = as_("importer", "loader")
    items = [row(0), row(1, status="resolved"), row(2, status="nonsense"), {**PAPER, "op": "open"}]
    first = (await importer.post("/tickets:bulk", json={"items": items})).json()["results"]
    assert [result["status"] for result in first] == [200, 200, 400, 403]
    again = (await importer.post("/tickets:bulk", json={"items": items})).json()["results"]
    assert [result["status"] for result in again] == [200, 200, 400, 403]
    assert again[1]["recorded"]["version"] == first[1]["recorded"]["version"]


@pytest.mark.usefixtures("processor")
async def test_a_thousand_items_and_one_bad_one(as_: As) -> None:
    items = [{**PAPER, "op": "open", "subject": f"Paper {number}"} for number in range(1000)]
    items[500]["subject"] = ""
    answer = await as_("agent", "ada").post("/tickets:bulk", json={"items": items}, timeout=30)
    statuses = [result["status"] for result in answer.json()["results"]]
    assert (statuses[500], len(statuses)) == (400, 1000)
    assert set(statuses[:500] + statuses[501:]) <= {201, 202}
    assert 201 in statuses
    more = await as_("agent", "ada").post("/tickets:bulk", json={"items": [*items, items[0]]})
    assert more.status_code == 400


async def test_an_outcome_that_does_not_come_is_not_an_error(origin_settings: Settings, issuer: Issuer) -> None:
    impatient = origin_settings.model_copy(update={"outcome_wait": timedelta(milliseconds=50)})
    app = application(impatient, [INTAKE, QUERIES])
    async with app.router.lifespan_context(app), bearing(app, issuer.token()) as ada:
        answer = await ada.post("/tickets", json=PAPER, headers={"Idempotency-Key": "k"})
        said = answer.json()
        assert (answer.status_code, set(said)) == (202, {"command_id", "href"})
        assert answer.headers["location"] == said["href"] == f"/v1/commands/{said['command_id']}"
        assert answer.headers["retry-after"] == "1"
        again = await ada.post("/tickets", json=PAPER, headers={"Idempotency-Key": "k"})
        assert again.json() == said


async def test_a_requester_who_asks_too_often_is_told_when_to_go_on(
    origin_settings: Settings, issuer: Issuer
) -> None:
    strict = origin_settings.model_copy(update={"requester_requests_per_s": 0.1, "requester_burst": 2})
    app = application(strict, [INTAKE, QUERIES])
    async with (
        app.router.lifespan_context(app),
        bearing(app, issuer.token(role="requester", sub="rita")) as rita,
        bearing(app, issuer.token(role="requester", sub="rudi")) as rudi,
        bearing(app, issuer.token()) as ada,
    ):
        answers = [await rita.get("/tickets") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert (answers[2].json()["code"], answers[2].headers["retry-after"]) == ("too_many_requests", "10")
        assert (await rudi.get("/tickets")).status_code == 200
        assert {(await ada.get("/tickets")).status_code for _ in range(5)} == {200}


@pytest.mark.parametrize("key", ["", "a b", "ä", "a" * 256])
async def test_a_malformed_idempotency_key(origin: FastAPI, issuer: Issuer, key: str) -> None:
    async with bearing(origin, issuer.token()) as ada:
        headers = httpx.Headers([(b"idempotency-key", key.encode("latin-1"))])
        answer = await ada.post("/tickets", json=PAPER, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("etag", ["1", 'W/"1"', '"a"', '"1", "2"', '"-1"'])
async def test_a_malformed_if_match(as_: As, etag: str) -> None:
    path = "/tickets/01890000-0000-7000-8000-000000000001/claim"
    answer = await as_("agent", "ada").post(path, headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
