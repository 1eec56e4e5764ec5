"""Who may do what: every route of the origin, with every role."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.runtime.http.application import application
from shared.runtime.http.auth import allow
from shared.runtime.http.principal import Role
from shared.runtime.settings import Settings
from tests.integration.intake.conftest import As

STAFF = frozenset({Role.AGENT, Role.LEAD, Role.ADMIN})
AT_WORK = frozenset({Role.AGENT, Role.LEAD})
EVERYONE = frozenset(Role)
READERS = EVERYONE - {Role.REQUESTER}
NOBODY_ASKED: frozenset[Role] = frozenset()
"""A route that asks for no credential."""

MAY: Mapping[str, frozenset[Role]] = {
    "POST /v1/tickets": STAFF | {Role.REQUESTER, Role.SERVICE},
    "PATCH /v1/tickets/{ticket_id}": STAFF | {Role.SERVICE},
    "POST /v1/tickets/{ticket_id}/claim": STAFF,
    "POST /v1/tickets/{ticket_id}/assign": STAFF | {Role.SERVICE},
    "POST /v1/tickets/{ticket_id}/unassign": STAFF | {Role.SERVICE},
    "POST /v1/tickets/{ticket_id}/replies": STAFF | {Role.REQUESTER},
    "POST /v1/tickets/{ticket_id}/notes": STAFF | {Role.SERVICE},
    "POST /v1/tickets/{ticket_id}/await-customer": STAFF,
    "POST /v1/tickets/{ticket_id}/await-internal": STAFF,
    "POST /v1/tickets/{ticket_id}/resume": STAFF,
    "POST /v1/tickets/{ticket_id}/resolve": STAFF | {Role.REQUESTER},
    "POST /v1/tickets/{ticket_id}/reopen": STAFF | {Role.REQUESTER},
    "POST /v1/tickets/{ticket_id}/close": STAFF | {Role.REQUESTER, Role.SERVICE},
    "POST /v1/tickets/{ticket_id}/comments/{version}/redact": frozenset({Role.LEAD, Role.ADMIN}),
    "POST /v1/tickets:bulk": STAFF | {Role.REQUESTER, Role.SERVICE, Role.IMPORTER},
    "POST /v1/agents/me/heartbeat": AT_WORK,
    "PUT /v1/agents/me/status": AT_WORK,
    "GET /v1/agents/me": AT_WORK,
    "GET /v1/agents/me/stream": AT_WORK,
    "POST /v1/directory/api-keys": frozenset({Role.ADMIN}),
    "GET /v1/directory/api-keys": frozenset({Role.ADMIN}),
    "DELETE /v1/directory/api-keys/{key_id}": frozenset({Role.ADMIN}),
    **{
        f"{method} /v1/directory/{address}": roles
        for one in (
            "calendars/{record_id}",
            "teams/{record_id}",
            "agents/{record_id}",
            "categories/{record_id:category_id}",
            "organisations/{record_id}",
            "rules/{record_id}",
            "policies/{record_id}",
        )
        for method, address, roles in (
            ("GET", one.partition("/")[0], READERS),
            ("GET", one, READERS),
            ("GET", f"{one}/history", READERS),
            ("PUT", one, frozenset({Role.LEAD, Role.ADMIN})),
            ("DELETE", one, frozenset({Role.LEAD, Role.ADMIN})),
        )
    },
    "GET /v1/tickets": EVERYONE,
    "GET /v1/tickets/{ticket_id}": EVERYONE,
    "GET /v1/tickets/{ticket_id}/events": EVERYONE,
    "GET /v1/tickets/{ticket_id}/comments": EVERYONE,
    "GET /v1/tickets/{ticket_id}/routing": READERS,
    "GET /v1/commands/{command_id}": EVERYONE,
    "GET /v1/docs": NOBODY_ASKED,
    "GET /v1/health/live": NOBODY_ASKED,
    "GET /v1/health/ready": NOBODY_ASKED,
}
"""The whole table: a route that is not in it fails the test."""

ENDLESS = {
    "GET /v1/agents/me/stream",  # it is answered for as long as one listens
}

SOMETHING = str(UUID(int=1))


def _routes(app: FastAPI) -> Iterator[tuple[str, Dependant]]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            for method in route.methods or ():
                yield f"{method} {route.path}", route.dependant


def _asked_of(dependant: Dependant) -> frozenset[Role]:
    found = NOBODY_ASKED
    for inner in dependant.dependencies:
        found |= inner.call.roles if isinstance(inner.call, allow) else _asked_of(inner)
    return found


def test_the_table_is_that_of_the_routes() -> None:
    app = application(Settings(), [INTAKE, QUERIES])
    assert {name: _asked_of(dependant) for name, dependant in _routes(app)} == MAY


async def _ask(client: httpx.AsyncClient, name: str) -> httpx.Response:
    """With nothing in its body that a route could act on."""
    method, path = name.split(" ")
    for placeholder in ("ticket_id", "key_id", "command_id", "record_id:category_id", "record_id"):
        path = path.replace(f"{{{placeholder}}}", SOMETHING)
    path = path.removeprefix("/v1").replace("{version}", "1")
    body = {"unheard": "of"} if method in {"POST", "PATCH", "PUT"} else None
    return await client.request(method, path, json=body)


@pytest.mark.parametrize("role", Role)
async def test_every_route_with_every_role(as_: As, role: Role) -> None:
    client = as_(role, "somebody")
    for name, roles in MAY.items():
        if role in roles and (name in ENDLESS or name.startswith("DELETE /v1/directory/")):
            continue
        answer = await _ask(client, name)
        refused = roles is not NOBODY_ASKED and role not in roles
        assert (answer.status_code == 403) is refused, (name, answer.text)
        assert answer.status_code in {200, 400, 403, 404}, (name, answer.text)


async def test_every_route_without_a_credential(origin: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(origin), base_url="http://casefold/v1") as client:
        for name, roles in MAY.items():
            answer = await _ask(client, name)
            if roles is NOBODY_ASKED:
                assert answer.status_code == 200, name
            else:
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), name
                assert answer.headers["www-authenticate"].startswith("Bearer"), name
