"""What every query has at hand: connections, read tokens and who asks."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from psycopg import AsyncConnection
from pydantic.json_schema import SkipJsonSchema

from services.projections.queries.database import Pool, connected, pool
from services.projections.queries.freshness import Freshness
from shared.events.personal import IdentityCodec, PersonalCodec
from shared.runtime.background import Background
from shared.runtime.http.auth import allow
from shared.runtime.http.principal import READERS, Principal, Role
from shared.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Queries:
    """One a process, at `app.state.queries`."""

    connections: Pool
    freshness: Freshness
    codec: PersonalCodec

    def connected(self) -> AbstractAsyncContextManager[AsyncConnection[tuple[Any, ...]]]:
        return connected(self.connections)


@asynccontextmanager
async def open_queries(settings: Settings, background: Background) -> AsyncIterator[Queries]:
    """Yields at once; a database that is away is a problem of the single request."""
    connections = pool(settings.database_url)
    freshness = Freshness(connections, settings.read_wait)
    await connections.open(wait=False)
    try:
        async with background.running("read positions", freshness.poll()):
            yield Queries(connections, freshness, IdentityCodec())
    finally:
        await connections.close()


async def queries_of(request: Request) -> Queries:
    queries: Queries = request.app.state.queries
    return queries


QueriesDep = Annotated[Queries, Depends(queries_of)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, once the read models are as fresh as the read token demands."""

    principal: Principal
    queries: Queries

    @property
    def requester_id(self) -> str | None:
        """Of a requester their own id: they see their own tickets, without what is internal. Else None."""
        return self.principal.id if self.principal.role is Role.REQUESTER else None


_TOKEN = r"^[A-Za-z0-9_-]{38}$"  # noqa: S105 - the form of a read token
_SAYS = "From a command's answer: wait until that change is visible."


async def fresh(
    queries: QueriesDep,
    header: Annotated[
        str | SkipJsonSchema[None],
        Header(alias="Read-Token", description=_SAYS, json_schema_extra={"pattern": _TOKEN}),
    ] = None,
    parameter: Annotated[
        str | SkipJsonSchema[None],
        Query(alias="read_token", description=_SAYS, json_schema_extra={"pattern": _TOKEN}),
    ] = None,
) -> Queries:
    """Once the read models are as fresh as the read token demands."""
    for token in (header, parameter):
        if token is not None:
            await queries.freshness.wait(token)
    return queries


FreshDep = Annotated[Queries, Depends(fresh)]


async def reader(
    principal: Annotated[Principal, Depends(allow(*READERS, Role.REQUESTER))], queries: FreshDep
) -> Reader:
    return Reader(principal, queries)


async def staff_reader(principal: Annotated[Principal, Depends(allow(*READERS))], queries: FreshDep) -> Reader:
    return Reader(principal, queries)


ReaderDep = Annotated[Reader, Depends(reader)]
StaffReaderDep = Annotated[Reader, Depends(staff_reader)]
"""Of what no requester is told."""
