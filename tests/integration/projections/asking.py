"""Asking the query API: tickets brought into the tables without a log, and a client for any principal."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from fastapi import FastAPI

from services.projections.api import routes
from services.projections.queries.context import open_queries
from services.projections.read_models.delivered import TicketEvent
from services.projections.registry import TICKET_STREAM
from shared.events.personal import IdentityCodec
from shared.runtime.background import Background
from shared.runtime.http.principal import Principal, Role
from shared.runtime.http.problems import install_problems
from shared.runtime.settings import Settings
from tests.projecting import delivered

STAFF = Principal(Role.AGENT, "ada")
RITA = Principal(Role.REQUESTER, "rita")
SAM = Principal(Role.REQUESTER, "sam")


class Named:
    """In place of tokens: the credential names role and id."""

    async def principal(self, authorization: str | None) -> Principal:
        role, _, subject = (authorization or "").removeprefix("Bearer ").partition(":")
        return Principal(Role(role), subject)


@dataclass(frozen=True)
class Client:
    http: httpx.AsyncClient

    async def get(
        self,
        path: str,
        principal: Principal = STAFF,
        headers: dict[str, str] | None = None,
        **query: Any,  # noqa: ANN401 - httpx's
    ) -> httpx.Response:
        authorization = {"Authorization": f"Bearer {principal.role}:{principal.id}"}
        return await self.http.get(path, params=query, headers={**authorization, **(headers or {})})

    async def ids(self, principal: Principal = STAFF, **query: Any) -> list[str]:  # noqa: ANN401 - httpx's
        """References of the tickets that the list answers, in its order."""
        answer = await self.get("/v1/tickets", principal, **query)
        assert answer.status_code == 200, answer.text
        return [item["reference"] for item in answer.json()["items"]]


@asynccontextmanager
async def asking(settings: Settings) -> AsyncIterator[Client]:
    app = FastAPI()
    app.include_router(routes())
    install_problems(app)
    app.state.authentication = Named()
    async with open_queries(settings, Background()) as queries:
        app.state.queries = queries
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Client(http)


async def store(settings: Settings, events: Iterable[TicketEvent]) -> None:
    """Apply the events as the projector does, in one transaction."""
    items = [delivered(event) for event in events]
    async with await psycopg.AsyncConnection.connect(settings.database_url) as connection:
        for model in TICKET_STREAM.models:
            await model.write(connection, items, IdentityCodec())
