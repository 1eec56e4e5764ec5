"""The question "why has this agent got the ticket, or nobody": who gave and took it, and on what grounds."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, assert_never

from fastapi import APIRouter, Query
from psycopg.rows import dict_row

from services.projections.queries import cursor
from services.projections.queries.answers import RoutingItem, RoutingPage
from services.projections.queries.context import StaffReaderDep
from services.projections.queries.finding import TicketName, find_id
from services.projections.queries.ticket_events import Limit, PageCursor
from shared.events.envelope import Actor, ActorKind
from shared.events.ticket_events import (
    TICKET_EVENTS,
    TicketAssigned,
    TicketClaimed,
    TicketEventData,
    TicketQueued,
    TicketUnassigned,
)
from shared.runtime.http.documented import problems
from shared.words.routing import RoutingDecision, told

router = APIRouter(tags=["tickets"])

Kind = Literal["assigned", "claimed", "queued", "unassigned"]

_KINDS: Mapping[type[TicketEventData], Kind] = {
    TicketAssigned: "assigned",
    TicketClaimed: "claimed",
    TicketQueued: "queued",
    TicketUnassigned: "unassigned",
}
_TYPES = [TICKET_EVENTS.name_of_type(event) for event in _KINDS]

_DECISIONS = """
SELECT version, event_id, event_type, actor_kind, actor_id, created_at, payload
FROM ticket_events
WHERE ticket_id = %s AND version > %s AND event_type = ANY(%s)
ORDER BY version
LIMIT %s
"""


@router.get("/tickets/{ticket_id}/routing", responses=problems(400, 401, 403, 404, 409, 503))
async def list_ticket_routing(
    ticket_id: TicketName,
    reader: StaffReaderDep,
    page_cursor: Annotated[PageCursor, Query(alias="cursor")] = None,
    limit: Limit = 100,
) -> RoutingPage:
    """Who was given the ticket, took it, lost it, or why it waits; each with its grounds, as data and in words."""
    question = cursor.digest("routing", ticket_id, None)
    behind = 0 if page_cursor is None else int(*cursor.parse(page_cursor, question, 1))
    async with reader.queries.connected() as connection:
        found_id = await find_id(connection, reader, ticket_id)
        async with connection.cursor(row_factory=dict_row) as rows:
            await rows.execute(_DECISIONS, (found_id, behind, _TYPES, limit + 1))
            found = await rows.fetchall()
    items = [_item(row) for row in found[:limit]]
    last = str(cursor.Cursor(question, (str(items[-1].version),))) if len(found) > limit else None
    return RoutingPage(items=items, next_cursor=last)


def _item(row: dict[str, Any]) -> RoutingItem:
    data = TICKET_EVENTS.decode(row["event_type"], json.dumps(row["payload"]).encode())
    if not isinstance(data, RoutingDecision):
        raise TypeError(f"{row['event_type']} is no routing decision")
    actor = Actor(ActorKind(row["actor_kind"]), row["actor_id"])
    return RoutingItem.model_validate(
        {
            "version": row["version"],
            "event_id": row["event_id"],
            "created_at": row["created_at"],
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "kind": _KINDS[type(data)],
            "words": told(data, actor),
            **_grounds(data),
        }
    )


def _grounds(data: RoutingDecision) -> dict[str, object]:
    match data:
        case TicketAssigned():
            return {
                "agent_id": data.assignee_id,
                "previous_agent_id": data.previous_assignee_id,
                "over_limit": data.over_limit,
                "explanation": data.explanation,
            }
        case TicketClaimed():
            return {"agent_id": data.assignee_id}
        case TicketQueued():
            return {"reason": data.reason, "missing": data.missing, "explanation": data.explanation}
        case TicketUnassigned():
            return {"previous_agent_id": data.previous_assignee_id, "reason": data.reason}
        case unknown:
            assert_never(unknown)
