"""The question "which tickets are there": filters, order, search and pages."""

from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Query, Response
from psycopg import AsyncConnection, sql

from services.projections.queries import cursor, sorting
from services.projections.queries.answers import TicketPage
from services.projections.queries.context import Reader, ReaderDep
from services.projections.queries.filters import Conditions, TicketFilters, conditions, refuse_internal
from services.projections.queries.searching import Term, matching, terms
from services.projections.queries.sorting import SortKey
from services.projections.queries.ticket_json import ticket_json
from shared.runtime.http.documented import problems
from shared.runtime.http.problems import Problem

router = APIRouter(tags=["tickets"])

_MANY = 3_000
"""Up to so many tickets a search is answered from its index; of more, the newest are looked at one by one."""

_COUNT = "SELECT count(*) FROM (SELECT FROM ticket_search AS words WHERE {matching} LIMIT %s) AS found"
_FEW = "id = ANY(ARRAY(SELECT words.ticket_id FROM ticket_search AS words WHERE {matching}))"
_OFTEN = "EXISTS (SELECT FROM ticket_search AS words WHERE words.ticket_id = tickets.id AND {matching} OFFSET 0)"
"""OFFSET 0 keeps the planner from turning the look-up of single tickets into a search for all of them."""

_ONE_STATUS = "SELECT {keys} FROM tickets WHERE {conditions} ORDER BY {order} LIMIT %s"
_EACH_STATUS = (
    "SELECT found.* FROM unnest(%s::text[]) AS wanted (status), LATERAL (SELECT {keys} FROM tickets "
    "WHERE status = wanted.status AND {conditions} ORDER BY {order} LIMIT %s) AS found "
    "ORDER BY {outer} LIMIT %s"
)
"""An index on (status, created_at) gives one status in order; several are merged from as many first pages."""

_PAGE = (
    "WITH page AS MATERIALIZED ({page}) SELECT {json}, {values}, page.id::text "
    "FROM page JOIN tickets USING (id) ORDER BY {outer}"
)


@router.get("/tickets", response_model=TicketPage, responses=problems(400, 401, 403, 409, 429, 503))
async def list_tickets(reader: ReaderDep, filters: Annotated[TicketFilters, Query()]) -> Response:
    """Tickets that the asker may see, a page at a time; a requester sees their own."""
    keys = sorting.parse(filters.sort)
    refuse_internal(filters, keys, reader)
    question = cursor.digest(reader.requester_id, filters.question())
    wanted = conditions(filters, reader)
    if filters.cursor is not None:
        *values, last_id = cursor.parse(filters.cursor, question, len(keys) + 1)
        behind, parameters = sorting.after(keys, values, last_id)
        wanted.add(behind, *parameters)
    words = None if filters.q is None else terms(filters.q)
    if words == ():
        return _answer([], None)
    async with reader.queries.connected() as connection:
        if words is not None:
            await _add_search(connection, wanted, words, reader)
        query, parameters = _query(filters, keys, wanted, reader)
        try:
            rows = await (await connection.execute(query, parameters)).fetchall()
        except psycopg.DataError as fault:
            raise Problem(400, "malformed", "A filter or the cursor holds what no ticket can have.") from fault
    last = None
    if len(rows) > filters.limit:
        rows = rows[: filters.limit]
        last = str(cursor.Cursor(question, tuple(rows[-1][1:])))
    return _answer([row[0] for row in rows], last)


def _answer(tickets: list[str], next_cursor: str | None) -> Response:
    """A cursor is of the URL-safe alphabet, so quotes are all that it needs."""
    quoted = "null" if next_cursor is None else f'"{next_cursor}"'
    body = f'{{"items":[{",".join(tickets)}],"next_cursor":{quoted}}}'
    return Response(body, media_type="application/json", headers={"Cache-Control": "private, no-store"})


async def _add_search(
    connection: AsyncConnection[tuple[Any, ...]], wanted: Conditions, words: tuple[Term, ...], reader: Reader
) -> None:
    match, parameters = matching(words, internal=reader.requester_id is None)
    often = reader.requester_id is not None  # their own tickets are few, and quickly looked at one by one
    if not often:
        found = await connection.execute(sql.SQL(_COUNT).format(matching=match), [*parameters, _MANY + 1])
        (count,) = await found.fetchone() or (0,)
        often = count > _MANY
    wanted.add(sql.SQL(_OFTEN if often else _FEW).format(matching=match), *parameters)


def _query(
    filters: TicketFilters, keys: tuple[SortKey, ...], wanted: Conditions, reader: Reader
) -> tuple[sql.Composed, list[object]]:
    names = [sql.Identifier(f"key_{index}") for index in range(len(keys))]
    selected = sql.SQL(", ").join(
        [
            sql.SQL("id"),
            *(sql.SQL("{} AS {}").format(key.expression, name) for key, name in zip(keys, names, strict=True)),
        ]
    )
    ordered = [sql.SQL("{} {}").format(name, key.direction) for key, name in zip(keys, names, strict=True)]
    outer = sql.SQL(", ").join([*ordered, sql.SQL("id {}").format(keys[-1].direction)])
    limit = filters.limit + 1
    statuses = sorted({status.value for status in filters.status})
    if len(statuses) == 1:
        wanted.add(sql.SQL("status = %s"), statuses[0])
    form, parameters = _ONE_STATUS, [*wanted.parameters, limit]
    if len(statuses) > 1:
        form, parameters = _EACH_STATUS, [statuses, *wanted.parameters, limit, limit]
    page = sql.SQL(form).format(keys=selected, conditions=wanted.sql, order=sorting.order(keys), outer=outer)
    query = sql.SQL(_PAGE).format(
        page=page,
        json=ticket_json(internal=reader.requester_id is None, whole=False),
        values=sql.SQL(", ").join(sql.SQL("page.{}::text").format(name) for name in names),
        outer=outer,
    )
    return query, parameters
