"""The question "what was said on this ticket": replies, and notes for those who work it."""

from typing import Annotated

from fastapi import APIRouter, Query
from psycopg.rows import class_row

from services.projections.queries import cursor
from services.projections.queries.answers import CommentItem, CommentPage
from services.projections.queries.context import ReaderDep
from services.projections.queries.finding import TicketName, find_id
from services.projections.queries.ticket_events import Limit, PageCursor
from shared.runtime.http.documented import problems

router = APIRouter(tags=["tickets"])

_COMMENTS = """
SELECT ticket_id, version, author_kind, author_id, internal, body, format, created_at, redacted
FROM ticket_comments
WHERE ticket_id = %s AND version > %s AND (%s OR NOT internal)
ORDER BY version
LIMIT %s
"""


@router.get("/tickets/{ticket_id}/comments", responses=problems(400, 401, 403, 404, 409, 429, 503))
async def list_ticket_comments(
    ticket_id: TicketName,
    reader: ReaderDep,
    page_cursor: Annotated[PageCursor, Query(alias="cursor")] = None,
    limit: Limit = 100,
) -> CommentPage:
    """Replies and notes in the order of the log; a requester never sees a note."""
    question = cursor.digest("comments", ticket_id, reader.requester_id)
    behind = 0 if page_cursor is None else int(*cursor.parse(page_cursor, question, 1))
    async with reader.queries.connected() as connection:
        found_id = await find_id(connection, reader, ticket_id)
        async with connection.cursor(row_factory=class_row(CommentItem)) as rows:
            await rows.execute(_COMMENTS, (found_id, behind, reader.requester_id is None, limit + 1))
            found = await rows.fetchall()
    items = found[:limit]
    last = str(cursor.Cursor(question, (str(items[-1].version),))) if len(found) > limit else None
    return CommentPage(items=items, next_cursor=last)
