"""Writes `ticket_comments_v1`: replies and notes, then the redactions of them."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from services.projections.read_models.delivered import Delivered
from services.projections.read_models.ticket_comments import evolve
from services.projections.read_models.ticket_events import redaction
from services.projections.writes.target import Target
from shared.events.personal import PersonalCodec

TABLE = "ticket_comments_v1"

_COLUMNS = (
    "ticket_id",
    "version",
    "partition",
    "author_kind",
    "author_id",
    "internal",
    "body",
    "format",
    "created_at",
    "redacted",
)

_TARGET = Target(TABLE, _COLUMNS, "ON CONFLICT DO NOTHING")

_REDACT = """
UPDATE ticket_comments_v1 AS comment
SET body = '', redacted = true
FROM unnest(%s::uuid[], %s::integer[]) AS redacted (ticket_id, version)
WHERE comment.ticket_id = redacted.ticket_id AND comment.version = redacted.version
"""


async def write(connection: AsyncConnection, items: Sequence[Delivered], codec: PersonalCodec) -> None:
    comments = [(comment, item.partition) for item in items if (comment := evolve(item.event, codec)) is not None]
    await _TARGET.put(
        connection,
        [
            (
                comment.ticket_id,
                comment.version,
                partition,
                comment.author_kind.value,
                comment.author_id,
                comment.internal,
                comment.body,
                comment.format.value,
                comment.created_at,
                False,
            )
            for comment, partition in comments
        ],
    )
    redactions = [found for item in items if (found := redaction(item)) is not None]
    if redactions:
        await connection.execute(
            _REDACT, ([one.ticket_id for one in redactions], [one.version for one in redactions])
        )
