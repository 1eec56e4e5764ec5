"""Waiting until all is quiet, and reading what the checker judges from the real servers."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import psycopg
from confluent_kafka import Message

from shared.events.ticket_events import TICKET_EVENTS
from shared.events.wire import decode_event, read_headers
from shared.runtime.settings import Settings
from tests.faults.checker import Evidence, Logged
from tests.faults.history import Asked
from tests.faults.rows import read_projections
from tests.processing import eventually, outcomes, read_all

QUIET_WITHIN_S = 60.0

_REACHED = """
SELECT topic, partition, min(next_offset) FROM projection_positions GROUP BY topic, partition
"""


def gathered(settings: Settings, history: Sequence[Asked], aborted: frozenset[UUID] = frozenset()) -> Evidence:
    """What is so once every command has its outcome and every event its rows.

    `aborted` are ids that the test aborted itself; those that a killed processor left are found.
    """
    await_decided(settings)
    log = await_projected(settings)
    return Evidence(
        log,
        outcomes(settings),
        history,
        read_projections(settings),
        settings.partitions,
        aborted | never_committed(settings, log),
    )


def await_decided(settings: Settings) -> None:
    """Until each record of the commands topic has an outcome for the record."""
    asked = Counter(id_of(message) for message in read_all(settings, "ticket.commands"))
    eventually(lambda: asked <= Counter(outcome.command_id for outcome in outcomes(settings)), QUIET_WITHIN_S)


def await_outcomes(settings: Settings, count: int) -> None:
    """Until so many are recorded."""
    eventually(lambda: len(outcomes(settings)) >= count, QUIET_WITHIN_S)


def await_projected(settings: Settings) -> list[Logged]:
    """The log as it is now, once all of it, and all outcomes, are in the tables."""
    found = {topic: read_all(settings, topic) for topic in ("ticket.events", "ticket.outcomes")}
    last = {(topic, m.partition()): m.offset() or 0 for topic, records in found.items() for m in records}

    def projected() -> bool:
        with psycopg.connect(settings.database_url) as connection:
            reached = {(topic, partition): after for topic, partition, after in connection.execute(_REACHED)}
        return all(reached.get(place, 0) > offset for place, offset in last.items())

    eventually(projected, QUIET_WITHIN_S)
    return [_logged(message) for message in found["ticket.events"]]


def never_committed(settings: Settings, log: Sequence[Logged]) -> frozenset[UUID]:
    """An event's id comes from its command, so what was aborted and then done again has the same one."""
    committed = {logged.event.id for logged in log}
    written = {id_of(message) for message in read_all(settings, "ticket.events", "read_uncommitted")}
    return frozenset(written - committed)


def id_of(message: Message) -> UUID:
    """Of the event or command that the record is."""
    return UUID(read_headers(message.headers())["ce_id"])  # type: ignore[arg-type] # headers are a list here


def _logged(message: Message) -> Logged:
    event = decode_event(TICKET_EVENTS, message.headers(), message.value())  # type: ignore[arg-type] # as above
    return Logged(message.partition() or 0, message.offset() or 0, (message.key() or b"").decode(), event)
