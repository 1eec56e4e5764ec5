"""API keys: issued, used, revoked, over HTTP and by the command line, with the real processor."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.runtime.http.application import application
from shared.runtime.settings import Settings
from tests.integration.intake.conftest import As, bearing
from tests.processing import environment
from tests.suite import on_free_ports, ports, running

pytestmark = pytest.mark.usefixtures("processor")

KEYS = "/directory/api-keys"


async def test_a_key_works_from_its_issue_to_its_revocation(
    origin: FastAPI, origin_settings: Settings, as_: As
) -> None:
    admin = as_("admin", "ada")
    answer = await admin.post(KEYS, json={"name": "billing", "role": "service"})
    issued = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, "/v1/directory/api-keys")
    assert re.fullmatch(r"cfk_[A-Za-z0-9_-]{43}", issued["key"])

    other = application(origin_settings.model_copy(update={"instance": "other"}), [INTAKE, QUERIES])
    async with (
        other.router.lifespan_context(other),
        bearing(origin, issued["key"]) as here,
        bearing(other, issued["key"]) as there,
    ):
        for client in (here, there):
            opened = await client.post("/tickets", json={"subject": "Bill", "requester": {"id": "rita"}})
            assert opened.status_code == 201
        assert (await here.get(KEYS)).status_code == 403

        assert (await admin.delete(f"{KEYS}/{issued['id']}")).status_code == 204
        assert (await here.get("/tickets")).status_code == 401
        revoked_at = time.monotonic()
        while (await there.get("/tickets")).status_code != 401:
            assert time.monotonic() - revoked_at < 1, "a revoked key is still taken after a second"
            await asyncio.sleep(0.02)

    (listed,) = (await admin.get(KEYS)).json()["items"]
    assert (listed["id"], listed["name"], listed["role"], listed["issued_by"]) == (
        issued["id"],
        "billing",
        "service",
        "ada",
    )
    assert listed["revoked_at"] is not None
    assert issued["key"] not in str(listed)


async def test_a_repeated_issue_shows_no_second_key(as_: As) -> None:
    admin = as_("admin", "ada")
    body, key = {"name": "billing", "role": "importer"}, {"Idempotency-Key": "once"}
    first = (await admin.post(KEYS, json=body, headers=key)).json()
    again = await admin.post(KEYS, json=body, headers=key)
    assert (again.status_code, again.json()) == (201, {**first, "key": None})
    other = await admin.post(KEYS, json={**body, "name": "other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await admin.get(KEYS)).json()["items"]) == 1


async def test_what_is_no_key_is_not_revoked(as_: As) -> None:
    answer = await as_("admin", "ada").delete(f"{KEYS}/00000000-0000-0000-0000-000000000001")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("key", ["cfk_", "cfk_" + "a" * 43, "cfk_é"])
async def test_an_unknown_key_is_not_let_in(origin: FastAPI, key: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(origin), base_url="http://casefold/v1") as client:
        headers = [(b"authorization", f"Bearer {key}".encode("latin-1"))]
        answer = await client.get("/tickets", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


class Casefold:
    """The command line, as a person on this machine uses it."""

    def __init__(self, settings: Settings) -> None:
        self._variables = {**environment(settings), **ports(settings)}

    def key(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "services.ops", "key", *arguments],
            env=self._variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def casefold(settings: Settings) -> Iterator[Casefold]:
    mine = on_free_ports(settings)
    with running(mine, [("services.ops.issuer",), ("services.ops.origin",)]):
        yield Casefold(mine)


def test_the_command_line_issues_lists_and_revokes(casefold: Casefold) -> None:
    key = casefold.key("issue", "billing", "--role", "analyst")
    assert key.startswith("cfk_")
    _, row = casefold.key("list").splitlines()
    key_id, name, role, *_ = row.split()
    assert (name, role) == ("billing", "analyst")
    assert casefold.key("revoke", key_id) == f"Revoked {key_id}."
