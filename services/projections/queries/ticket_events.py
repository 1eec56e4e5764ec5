"""The question "what happened to this ticket": its audit trail."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from psycopg.rows import dict_row
from pydantic.json_schema import SkipJsonSchema

from services.projections.queries import cursor
from services.projections.queries.answers import EventItem, EventPage
from services.projections.queries.context import ReaderDep
from services.projections.queries.filters import MOST
from services.projections.queries.finding import TicketName, find_id
from services.projections.queries.opened import opened
from services.projections.queries.visibility import SHOWN_EVENTS, shown
from shared.events.personal import PersonalCodec
from shared.runtime.http.documented import problems

router = APIRouter(tags=["tickets"])

_EVENTS = """
SELECT ticket_id, version, conversation_version, event_id, event_type, actor_kind, actor_id, created_at,
    occurred_at, origin, implied, command_id, correlation_id, cause_id, payload
FROM ticket_events
WHERE ticket_id = %s AND version > %s AND (%s::text[] IS NULL OR event_type = ANY(%s))
ORDER BY version
LIMIT %s
"""

Limit = Annotated[int, Query(ge=1, le=MOST)]
PageCursor = Annotated[
    str | SkipJsonSchema[None], Query(max_length=1000, description="`next_cursor` of the page before.")
]


@router.get("/tickets/{ticket_id}/events", responses=problems(400, 401, 403, 404, 409, 429, 503))
async def list_ticket_events(
    ticket_id: TicketName,
    reader: ReaderDep,
    page_cursor: Annotated[PageCursor, Query(alias="cursor")] = None,
    limit: Limit = 100,
) -> EventPage:
    """The ticket's history from its opening on; a requester sees the part of it that is meant for them."""
    question = cursor.digest("events", ticket_id, reader.requester_id)
    behind = 0 if page_cursor is None else int(*cursor.parse(page_cursor, question, 1))
    visible = None if reader.requester_id is None else list(SHOWN_EVENTS)
    async with reader.queries.connected() as connection:
        found_id = await find_id(connection, reader, ticket_id)
        async with connection.cursor(row_factory=dict_row) as rows:
            await rows.execute(_EVENTS, (found_id, behind, visible, visible, limit + 1))
            found = await rows.fetchall()
    items = [_item(row, internal=visible is None, codec=reader.queries.codec) for row in found[:limit]]
    last = str(cursor.Cursor(question, (str(items[-1].version),))) if len(found) > limit else None
    return EventPage(items=items, next_cursor=last)


def _item(row: dict[str, Any], codec: PersonalCodec, *, internal: bool) -> EventItem:
    place = str(row["ticket_id"])
    if internal:
        return EventItem(**{**row, "payload": opened(row["payload"], codec, place)})
    payload = opened(shown(row["event_type"], row["payload"]), codec, place)
    return EventItem(**{**row, "command_id": None, "correlation_id": None, "cause_id": None, "payload": payload})
