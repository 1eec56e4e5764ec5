"""Finding the ticket that a path names, by id or reference, among those that the asker may see."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from psycopg import AsyncConnection, sql

from services.projections.queries.context import Reader
from shared.runtime.http.problems import Problem

_REFERENCE = re.compile(r"CF-[0-9]{1,20}", re.IGNORECASE)

TicketName = Annotated[
    str,
    Path(
        description="The ticket's id, or its reference for people.",
        examples=["CF-5724", "0189d3f4-0000-7000-8000-000000000001"],
        max_length=64,
    ),
]


def missing() -> Problem:
    """One answer for what is not there and for what is another's."""
    return Problem(404, "not_found", "There is no such ticket, or it is not yours to see.")


async def find(
    connection: AsyncConnection[tuple[Any, ...]], reader: Reader, name: str, columns: sql.Composable
) -> tuple[Any, ...]:
    """The columns of the ticket's row. Raise a 404 problem: the same query and body whether it is another's."""
    column, value = _key(name)
    query = sql.SQL(
        "SELECT {} FROM tickets WHERE {} = %s AND (%s::text IS NULL OR requester_id = %s) LIMIT 1"
    ).format(columns, column)
    found = await connection.execute(query, (value, reader.requester_id, reader.requester_id))
    row = await found.fetchone()
    if row is None:
        raise missing()
    return row


async def find_id(connection: AsyncConnection[tuple[Any, ...]], reader: Reader, name: str) -> UUID:
    (ticket_id,) = await find(connection, reader, name, sql.Identifier("id"))
    return UUID(str(ticket_id))


def _key(name: str) -> tuple[sql.Identifier, UUID | str]:
    if _REFERENCE.fullmatch(name):
        return sql.Identifier("reference"), name.upper()
    try:
        return sql.Identifier("id"), UUID(name)
    except ValueError as fault:
        raise missing() from fault
