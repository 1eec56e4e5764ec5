"""The question "what is this ticket", now, at a version or at a time."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from psycopg import sql
from pydantic import AwareDatetime
from pydantic.json_schema import SkipJsonSchema

from services.projections.queries.answers import Ticket
from services.projections.queries.context import ReaderDep
from services.projections.queries.finding import TicketName, find
from services.projections.queries.past import answer, as_it_was, version_at
from services.projections.queries.ticket_json import ticket_json
from shared.runtime.http.documented import problems
from shared.runtime.http.problems import Problem

router = APIRouter(tags=["tickets"])

_LATEST = 2**31 - 1
_ETAG = {"ETag": {"description": "The ticket's version, quoted.", "schema": {"type": "string"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"headers": _ETAG},
    304: {"description": "The ticket still has the version of `If-None-Match`.", "headers": _ETAG},
    **problems(400, 401, 403, 404, 409, 429, 503),
}

_Version = Annotated[
    int | SkipJsonSchema[None],
    Query(ge=1, le=_LATEST, description="The ticket as it was at this version."),
]
_At = Annotated[
    AwareDatetime | SkipJsonSchema[None],
    Query(description="The ticket as it was at this time: before the first event that occurred later."),
]
_IfNoneMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(alias="If-None-Match", description="The `ETag` of an earlier answer: 304 if it is still the same."),
]


@router.get("/tickets/{ticket_id}", response_model=Ticket, responses=_ANSWERS)
async def get_ticket(
    ticket_id: TicketName,
    reader: ReaderDep,
    version: _Version = None,
    at: _At = None,
    if_none_match: _IfNoneMatch = None,
) -> Response:
    """One ticket. Some of it is not shown to a requester."""
    if version is not None and at is not None:
        raise Problem(400, "malformed", "query: ask for a version or for a time, not for both.")
    internal = reader.requester_id is None
    columns = sql.SQL("id, version, {}").format(ticket_json(internal=internal, whole=True))
    async with reader.queries.connected() as connection:
        found_id, latest, body = await find(connection, reader, ticket_id, columns)
        if at is not None:
            version = await version_at(connection, found_id, latest, at)
        if version is not None and version != latest:
            row = await as_it_was(connection, found_id, version, reader.queries.codec)
            latest, body = version, answer(row, internal=internal).model_dump_json()
    headers = {"ETag": f'"{latest}"', "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if if_none_match is not None and _matches(if_none_match, latest):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _matches(if_none_match: str, version: int) -> bool:
    """RFC 9110, section 13.1.2: a list of tags, compared weakly, or a star."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or f'"{version}"' in tags
