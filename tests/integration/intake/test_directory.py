"""The directory over HTTP, with the real processor: saved, read, listed, removed, told of, and whose to write."""

from typing import Any

import httpx
import pytest

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.events.agent import AgentLimitSet
from shared.runtime.http.application import application
from shared.runtime.settings import Settings
from tests.integration.intake.conftest import As
from tests.processing import agent_events, events, eventually

pytestmark = pytest.mark.usefixtures("processor")

SUPPORT = {"name": "Support"}
ADA: dict[str, Any] = {
    "name": "Ada Lovelace",
    "team_id": "support",
    "email": "ada@casefold.example",
    "max_load": 4,
    "skills": {"printers": 5},
    "languages": ["no"],
    "working_hours": {
        "timezone": "Europe/Berlin",
        "spans": [{"day": "monday", "begins": "09:00", "ends": "00:00"}],
    },
    "out_of_office": {"begins": "2026-03-01T00:00:00Z", "ends": None},
}
ADA_WHOLE = {**ADA, "tier": "agent", "manager_id": None, "visibility": "all", "active": True}


async def put(client: httpx.AsyncClient, key: str, record: object, **headers: str) -> httpx.Response:
    return await client.put(f"/directory/{key}", json=record, headers=headers)


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_record_from_its_making_to_its_end(as_: As, settings: Settings) -> None:
    admin, agent = as_("admin", "root"), as_("agent", "ada")
    assert (await put(admin, "teams/support", SUPPORT)).status_code == 201

    made = await put(admin, "agents/ada", ADA)
    assert (made.status_code, made.json()["version"], made.headers["etag"]) == (201, 1, '"1"')
    assert (made.json()["id"], made.headers["location"]) == ("ada", "/v1/directory/agents/ada")
    assert made.headers["read-token"] == made.json()["read_token"]

    read = await agent.get("/directory/agents/ada")
    assert (read.status_code, read.headers["etag"]) == (200, '"1"')
    assert {name: read.json()[name] for name in ("id", "version", "record")} == {
        "id": "ada",
        "version": 1,
        "record": ADA_WHOLE,
    }
    same = await agent.get("/directory/agents/ada", headers={"If-None-Match": '"1"'})
    assert (same.status_code, same.content) == (304, b"")

    again = await put(admin, "agents/ada", read.json()["record"])
    assert (again.status_code, again.json()["version"]) == (200, 1)
    changed = await put(admin, "agents/ada", {**ADA, "max_load": 7}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)

    removed = await admin.delete("/directory/agents/ada", params={"reason": "left us"})
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await admin.delete("/directory/agents/ada")).status_code == 204
    assert said(await agent.get("/directory/agents/ada")) == (404, "not_found")
    assert (await agent.get("/directory/agents")).json() == {"items": [], "next": None}
    back = await put(admin, "agents/ada", ADA)
    assert (back.status_code, back.json()["version"]) == (201, 4)

    def limits() -> list[object]:
        return [event.data for event in agent_events(settings) if event.subject == "ada"]

    eventually(lambda: len(limits()) == 4)
    assert limits() == [
        AgentLimitSet(4, active=True, directory_version=1),
        AgentLimitSet(7, active=True, directory_version=2),
        AgentLimitSet(7, active=False, directory_version=3),
        AgentLimitSet(4, active=True, directory_version=4),
    ]

    told = (await agent.get("/directory/agents/ada/history")).json()
    assert [(each["version"], each["by"]["id"], each["reason"]) for each in told["items"]] == [
        (4, "root", None),
        (3, "root", "left us"),
        (2, "root", None),
        (1, "root", None),
    ]
    assert told["next"] is None
    assert [each["record"] for each in told["items"]] == [ADA_WHOLE, None, {**ADA_WHOLE, "max_load": 7}, ADA_WHOLE]
    assert [sorted(each["changed"]) for each in told["items"][2:]] == [["max_load"], sorted(ADA_WHOLE)]
    page = (await agent.get("/directory/agents/ada/history", params={"before": 4, "limit": 2})).json()
    assert (page["items"], page["next"]) == (told["items"][1:3], 2)
    assert (await agent.get("/directory/agents/ada/history?before=2")).json() == {
        "items": told["items"][3:],
        "next": None,
    }


async def test_the_version_that_was_seen_must_hold_and_a_retry_does_nothing(as_: As) -> None:
    admin = as_("admin", "root")
    absent = await put(admin, "teams/support", SUPPORT, **{"If-Match": "*"})
    assert said(absent) == (412, "precondition_failed")
    made = await put(admin, "teams/support", SUPPORT, **{"If-None-Match": "*"})
    assert made.status_code == 201
    assert said(await put(admin, "teams/support", SUPPORT, **{"If-None-Match": "*"})) == (
        412,
        "precondition_failed",
    )
    changed = {"name": "Help"}
    assert said(await put(admin, "teams/support", changed, **{"If-Match": '"2"'})) == (412, "precondition_failed")
    refused = await admin.delete("/directory/teams/support", headers={"If-Match": '"2"'})
    assert said(refused) == (412, "precondition_failed")
    assert refused.json()["version"] == 1
    assert (await put(admin, "teams/support", changed, **{"If-Match": "*"})).json()["version"] == 2
    both = await put(admin, "teams/support", changed, **{"If-Match": '"2"', "If-None-Match": "*"})
    assert said(both) == (400, "malformed")

    key = {"Idempotency-Key": "once"}
    first = await put(admin, "teams/sales", SUPPORT, **key)
    again = await put(admin, "teams/sales", SUPPORT, **key)
    assert (again.status_code, again.json()["command_id"]) == (201, first.json()["command_id"])
    assert said(await put(admin, "teams/sales", {"name": "Other"}, **key)) == (422, "idempotency_key_reused")


WEEK = {"hours": {"timezone": "UTC", "spans": [{"day": "monday", "begins": "09:00", "ends": "00:00"}]}}
GOLD = {
    "targets": [{"priority": "P1", "resolution_minutes": 60, "business_hours_only": True}],
    "calendar_id": "week",
}
PAGE = {"type": "escalation_rule", "when": {"trigger": "sentiment", "below": -0.5}, "steps": ["page"]}
WRONG = [
    ("teams/a b", SUPPORT, 422, "invalid_id", "'a b' cannot be an id in teams"),
    ("agents/ada", {**ADA, "team_id": "sales"}, 422, "invalid_reference", "there is no teams/sales"),
    ("agents/ada", {**ADA, "languages": ["xx"]}, 422, "invalid_record", "'xx' is no ISO 639-1 code"),
    ("agents/ada", {**ADA, "skills": {"vpn": 6}}, 400, "malformed", "body.skills.vpn: "),
    ("agents/ada", {**ADA, "max_load": "4"}, 400, "malformed", "body.max_load: "),
    ("agents/ada", {**ADA, "unheard": 1}, 400, "malformed", "body.unheard: "),
    ("agents/ada", {**ADA, "out_of_office": {"begins": 0}}, 400, "malformed", "body.out_of_office.begins: "),
    ("policies/other", {}, 422, "invalid_id", "every other policy is an SLA policy."),
    ("policies/routing", {"leads_after": "PT0S"}, 422, "invalid_record", "leads_after: it is whole seconds"),
    ("policies/routing", {"leads_after": 300}, 400, "malformed", "body.leads_after: "),
    ("rules/fire", {"words": [], "tags": ["urgent"]}, 400, "malformed", "body.words: "),
    ("rules/x", {"type": "rule"}, 400, "malformed", "the type is keyword_rule or escalation_rule"),
    ("rules/x", {**PAGE, "when": {"trigger": "silent"}}, 422, "invalid_record", "when.minutes: silent needs it"),
    ("policies/x", {"targets": [{"priority": "P4"}]}, 400, "malformed", "body.targets.0.priority: "),
    ("organisations/x", {"name": "X", "domains": ["X.example"]}, 400, "malformed", "body.domains.0: "),
]


async def test_what_is_wrong_is_said(as_: As) -> None:
    admin = as_("admin", "root")
    await put(admin, "teams/support", SUPPORT)
    await put(admin, "agents/ben", {**ADA, "name": "Ben"})
    for key, record, status, code, detail in WRONG:
        answer = await put(admin, key, record)
        assert said(answer) == (status, code), detail
        assert detail in answer.json()["detail"]
    answer = await admin.delete("/directory/teams/support")
    assert said(answer) == (422, "referred_to")
    assert answer.json()["detail"] == "teams/support is named by agents/ben; change that first."


async def test_promises_are_kept_beside_what_shares_their_kind(as_: As) -> None:
    admin = as_("admin", "root")
    for key, record in (
        ("calendars/week", WEEK),
        ("policies/gold", GOLD),
        ("policies/routing", {}),
        ("rules/fire", {"words": ["fire"], "tags": ["urgent"]}),
        ("rules/page", PAGE),
    ):
        assert (await put(admin, key, record)).status_code == 201
    for kind, types in (
        ("rules", ["keyword_rule", "escalation_rule"]),
        ("policies", ["sla_policy", "routing_policy"]),
    ):
        items = (await admin.get(f"/directory/{kind}")).json()["items"]
        assert [item["record"]["type"] for item in items] == types
    page = (await admin.get("/directory/rules/page")).json()["record"]
    assert (page["when"]["below"], page["when"]["minutes"], page["steps"]) == (-0.5, None, ["page"])
    assert (await put(admin, "rules/page", page)).headers["etag"] == '"1"'

    assert said(await admin.delete("/directory/calendars/week")) == (422, "referred_to")
    assert (await put(admin, "rules/page", {"words": ["page"], "tags": ["x"]})).status_code == 200
    told = (await admin.get("/directory/rules/page/history")).json()["items"]
    assert told[0]["changed"] == ["type", "when", "steps", "conditions", "target_tier", "words", "tags", "where"]
    assert [change["record"]["type"] for change in told] == ["keyword_rule", "escalation_rule"]


async def test_a_name_with_a_slash_and_a_list_in_pages(as_: As) -> None:
    admin = as_("admin", "root")
    await put(admin, "teams/support", SUPPORT)
    category = {"team_id": "support", "skills": [{"skill": "printers", "optional": True}]}
    assert (await put(admin, "categories/hardware/printer", category)).status_code == 201
    for address in ("hardware/printer", "hardware%2Fprinter"):
        answer = await admin.get(f"/directory/categories/{address}")
        assert (answer.json()["id"], answer.json()["record"]) == ("hardware/printer", category)
        told = (await admin.get(f"/directory/categories/{address}/history")).json()
        assert [each["record"] for each in told["items"]] == [category]
        elsewhere = await put(admin, f"categories/{address}/history", category)
        assert (elsewhere.status_code, elsewhere.headers["allow"]) == (405, "GET")

    for number in (3, 1, 2):
        await put(admin, f"teams/t{number}", {"name": f"Team {number}"})
    page = (await admin.get("/directory/teams?limit=2")).json()
    assert ([item["id"] for item in page["items"]], page["next"]) == (["support", "t1"], "t1")
    rest = (await admin.get("/directory/teams", params={"limit": 2, "after": page["next"]})).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == (["t2", "t3"], None)
    assert [item["warnings"] for item in rest["items"]] == [
        ["it has no leads, so nobody is asked when its tickets wait too long"]
    ] * 2
    assert (await admin.get("/directory/categories/hardware/printer")).json()["warnings"] == []


async def test_leads_write_what_is_their_teams(as_: As) -> None:
    admin, lea = as_("admin", "root"), as_("lead", "lea")
    await put(admin, "teams/support", SUPPORT)
    await put(admin, "teams/sales", {"name": "Sales"})
    await put(admin, "agents/lea", {"name": "Lea", "team_id": "support", "tier": "lead"})
    assert said(await put(lea, "agents/ada", ADA)) == (403, "forbidden")
    await put(admin, "teams/support", {**SUPPORT, "leads": ["lea"]})
    assert (await put(lea, "agents/ada", ADA)).status_code == 201
    assert said(await put(lea, "agents/ada", {**ADA, "team_id": "sales"})) == (403, "forbidden")
    assert said(await put(lea, "teams/support", SUPPORT)) == (403, "forbidden")
    assert (await lea.delete("/directory/agents/ada")).status_code == 204


async def test_another_process_shows_a_change_to_whoever_brings_its_token(
    as_: As, origin_settings: Settings
) -> None:
    admin = as_("admin", "root")
    other = application(origin_settings.model_copy(update={"instance": "other"}), [INTAKE, QUERIES])
    async with (
        other.router.lifespan_context(other),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(other), base_url="http://casefold/v1", headers=admin.headers
        ) as there,
    ):
        for number in range(5):
            made = await put(admin, f"teams/t{number}", SUPPORT)
            token = made.json()["read_token"]
            by_header = await there.get(f"/directory/teams/t{number}", headers={"Read-Token": token})
            by_address = await there.get(f"/directory/teams/t{number}", params={"read_token": token})
            assert (by_header.status_code, by_address.status_code) == (200, 200)
        bad = await there.get("/directory/teams", headers={"Read-Token": "x"})
        assert said(bad) == (400, "bad_read_token")


async def test_a_requester_belongs_to_the_organisation_of_their_address(as_: As, settings: Settings) -> None:
    admin, staff = as_("admin", "root"), as_("agent", "ada")
    await put(admin, "organisations/acme", {"name": "Acme", "domains": ["acme.example", "xn--bcher-kva.example"]})
    for address in ("Rita@ACME.example", "rolf@bücher.example", "x@mail.acme.example"):
        opened = await staff.post("/tickets", json={"subject": "Help", "requester": {"email": address}})
        assert opened.status_code == 201
    opened_by = [event.data.requester for event in events(settings)]  # type: ignore[union-attr] # each is an opening
    assert sorted(str(requester.organisation) for requester in opened_by) == ["None", "acme", "acme"]
