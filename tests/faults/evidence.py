"""Waiting until all is quiet, and reading what the checker judges from the real servers."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import psycopg
from confluent_kafka import Message

from services.projections.read_models.ticket_comments import CommentRow
from services.projections.writes.tickets import stored_tickets
from shared.events.envelope import ActorKind
from shared.events.outcomes import COPY_HEADER, decode_outcome
from shared.events.ticket_events import TICKET_EVENTS
from shared.events.ticket_values import BodyFormat
from shared.events.wire import decode_event, read_headers
from shared.runtime.settings import Settings
from tests.faults.checker import Evidence, Logged, Place, Projections
from tests.faults.history import Asked
from tests.processing import eventually, read_all

QUIET_WITHIN_S = 60.0

_COMMENTS = """
SELECT ticket_id::text, version, author_kind, author_id, internal, body, format, created_at
FROM ticket_comments
"""
_EVENTS = "SELECT ticket_id::text, version, event_id FROM ticket_events"
_PROJECTED = """
SELECT partition, min(next_offset) FROM projection_positions WHERE topic = 'ticket.events' GROUP BY partition
"""


def gathered(settings: Settings, history: Sequence[Asked], aborted: frozenset[UUID] = frozenset()) -> Evidence:
    """What is so once every command has its outcome and every event its rows.

    `aborted` are ids that the test aborted itself; those that a killed processor left are found.
    """
    await_decided(settings)
    log = await_projected(settings)
    return Evidence(
        log,
        history,
        asyncio.run(_projections(settings)),
        settings.partitions,
        aborted | never_committed(settings, log),
    )


def await_decided(settings: Settings) -> None:
    """Until each record of the commands topic has an outcome for the record."""
    asked = Counter(id_of(message) for message in read_all(settings, "ticket.commands"))
    eventually(lambda: asked <= _outcomes(settings), QUIET_WITHIN_S)


def await_outcomes(settings: Settings, count: int) -> None:
    """Until so many are recorded."""
    eventually(lambda: _outcomes(settings).total() >= count, QUIET_WITHIN_S)


def await_projected(settings: Settings) -> list[Logged]:
    """The log as it is now, once all of it is in the tables."""
    log = [_logged(message) for message in read_all(settings, "ticket.events")]
    eventually(lambda: _all_projected(settings, log), QUIET_WITHIN_S)
    return log


def never_committed(settings: Settings, log: Sequence[Logged]) -> frozenset[UUID]:
    """An event's id comes from its command, so what was aborted and then done again has the same one."""
    committed = {logged.event.id for logged in log}
    written = {id_of(message) for message in read_all(settings, "ticket.events", "read_uncommitted")}
    return frozenset(written - committed)


def _outcomes(settings: Settings) -> Counter[UUID]:
    return Counter(
        decode_outcome(message.value()).command_id
        for message in read_all(settings, "ticket.outcomes")
        if COPY_HEADER not in dict(message.headers() or [])
    )


def id_of(message: Message) -> UUID:
    """Of the event or command that the record is."""
    return UUID(read_headers(message.headers())["ce_id"])  # type: ignore[arg-type] # headers are a list here


def _logged(message: Message) -> Logged:
    event = decode_event(TICKET_EVENTS, message.headers(), message.value())  # type: ignore[arg-type] # as above
    return Logged(message.partition() or 0, message.offset() or 0, (message.key() or b"").decode(), event)


def _all_projected(settings: Settings, log: Sequence[Logged]) -> bool:
    last = {logged.partition: logged.offset for logged in log}
    with psycopg.connect(settings.database_url) as connection:
        reached: dict[int, int] = dict(connection.execute(_PROJECTED).fetchall())
    return all(reached.get(partition, 0) > offset for partition, offset in last.items())


async def _projections(settings: Settings) -> Projections:
    async with await psycopg.AsyncConnection.connect(settings.database_url) as connection:
        rows = await (await connection.execute("SELECT id::text FROM tickets")).fetchall()
        tickets = await stored_tickets(connection, [ticket for (ticket,) in rows])
        comments = {
            (ticket, version): CommentRow(
                ticket, version, ActorKind(kind), author, internal, body, BodyFormat(form), at
            )
            for ticket, version, kind, author, internal, body, form, at in await (
                await connection.execute(_COMMENTS)
            ).fetchall()
        }
        events: dict[Place, UUID] = {
            (ticket, version): event_id
            for ticket, version, event_id in await (await connection.execute(_EVENTS)).fetchall()
        }
    return Projections(tickets, comments, events)
