"""Writes `ticket_search_v1`: new words are added; where words fall away, the ticket is read anew."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from psycopg import AsyncConnection

from services.projections.history import history
from services.projections.read_models.delivered import Delivered, TicketEvent
from services.projections.read_models.ticket_search import NO_WORDS, Words, evolve
from services.projections.writes.target import Target
from shared.events.personal import PersonalCodec

TABLE = "ticket_search_v1"

_COLUMNS = ("ticket_id", "partition", "public_words", "internal_words")

_REPLACING = Target(
    TABLE,
    _COLUMNS,
    "ON CONFLICT (ticket_id) DO UPDATE SET "
    "public_words = excluded.public_words, internal_words = excluded.internal_words",
)

_ADDING = Target(
    TABLE,
    _COLUMNS,
    """
    ON CONFLICT (ticket_id) DO UPDATE SET
        public_words = CASE WHEN length(present.public_words) < 10000
            THEN present.public_words || excluded.public_words ELSE present.public_words END,
        internal_words = CASE WHEN length(present.internal_words) < 10000
            THEN present.internal_words || excluded.internal_words ELSE present.internal_words END
    """,
)
"""A tsvector holds at most 1 MiB, and more words than this make no ticket easier to find."""


async def write(connection: AsyncConnection, items: Sequence[Delivered], codec: PersonalCodec) -> None:
    """Reads `ticket_events` where words fall away, so that model must be written before this one."""
    events: dict[str, list[TicketEvent]] = {}
    partitions: dict[str, int] = {}
    for item in items:
        events.setdefault(item.event.subject, []).append(item.event)
        partitions[item.event.subject] = item.partition
    found = {ticket_id: evolve(told, codec) for ticket_id, told in events.items()}
    added = {ticket_id: new for ticket_id, new in found.items() if new is not NO_WORDS and not new.forgets}
    await _ADDING.put(connection, _rows(added, partitions))
    stale = [ticket_id for ticket_id, new in found.items() if new.forgets]
    if stale:
        told = [event async for event in history(connection, stale)]
        anew = {subject: evolve(run, codec) for subject, run in groupby(told, lambda event: event.subject)}
        await _REPLACING.put(connection, _rows(anew, partitions))


def _rows(words: Mapping[str, Words], partitions: Mapping[str, int]) -> list[tuple[object, ...]]:
    return [
        (ticket_id, partitions[ticket_id], _tsvector(new.public), _tsvector(new.internal))
        for ticket_id, new in words.items()
    ]


def _tsvector(words: Iterable[str]) -> str:
    """PostgreSQL's own form; words are letters and digits only, so none needs quotes."""
    return " ".join(words)
