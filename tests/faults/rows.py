"""All rows of the projections, as their read models have them."""

import asyncio
from typing import Any

import psycopg
from psycopg.rows import dict_row

from services.projections.read_models.command_outcomes import OutcomeRow
from services.projections.read_models.ticket_comments import CommentRow
from services.projections.read_models.users import UserRow
from services.projections.writes.tickets import stored_tickets
from shared.runtime.settings import Settings
from tests.faults.checker import Projections

_COMMENTS = """
SELECT ticket_id::text, version, author_kind, author_id, internal, body, format, created_at
FROM ticket_comments_v1
"""
_EVENTS = "SELECT ticket_id::text, version, event_id FROM ticket_events_v1"
_USERS = """
SELECT id, partition, kind, acted_at, name, email, organisation, told_at, first_seen, last_seen FROM users_v1
"""
_OUTCOMES = """
SELECT command_id, partition, stream, subject, actor_kind, actor_id, decided_at, accepted, version,
    conversation_version, reference, follow_up_id, code, detail, allowed
FROM command_outcomes_v1
"""


def read_projections(settings: Settings) -> Projections:
    return asyncio.run(_read(settings.database_url))


async def _read(database_url: str) -> Projections:
    """Words such as the kind of an actor compare as the text that they are."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        listed = await (await connection.execute("SELECT id::text FROM tickets_v1")).fetchall()
        tickets = await stored_tickets(connection, [ticket for (ticket,) in listed])
        comments = [CommentRow(**row) for row in await _all(connection, _COMMENTS)]
        events = {(row["ticket_id"], row["version"]): row["event_id"] for row in await _all(connection, _EVENTS)}
        users = {(row["id"], row.pop("partition")): UserRow(**row) for row in await _all(connection, _USERS)}
        outcomes = {
            row["command_id"]: OutcomeRow(**{**row, "allowed": tuple(row["allowed"])})
            for row in await _all(connection, _OUTCOMES)
        }
    return Projections(tickets, {(row.ticket_id, row.version): row for row in comments}, events, users, outcomes)


async def _all(connection: psycopg.AsyncConnection, query: str) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query)
        return await cursor.fetchall()
