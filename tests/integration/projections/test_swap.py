"""A new version of a read model is built beside the old one, and then takes its place."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import AsyncConnection

from services.projections.migrate import migrate
from services.projections.read_models.delivered import Delivered
from services.projections.read_models.ticket_comments import evolve
from services.projections.registry import TICKET_STREAM
from services.projections.store import serve, served
from services.projections.writes.target import Target
from shared.events.personal import PersonalCodec
from shared.runtime.projecting.stream import ReadModel
from shared.runtime.settings import Settings
from tests.integration.projections.writing import Log, Rows, Running, Until
from tests.projecting import ANSWERED, NOTED, TICKET, happened, life

VIEW = """
SELECT ticket_id, version, author_kind, author_id, internal, body, format, created_at, redacted,
    length(body) AS size
FROM comments_with_size
"""


TARGET = Target(
    "comments_with_size",
    (
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
    ),
    "ON CONFLICT DO NOTHING",
)


async def write(connection: AsyncConnection[Any], items: Sequence[Delivered], codec: PersonalCodec) -> None:
    comments = [evolve(item.event, codec) for item in items]
    await TARGET.put(
        connection,
        [
            (
                one.ticket_id,
                one.version,
                0,
                one.author_kind.value,
                one.author_id,
                one.internal,
                one.body,
                one.format.value,
                one.created_at,
                False,
            )
            for one in comments
            if one is not None
        ],
    )


SECOND: ReadModel[Delivered] = ReadModel("ticket_comments", 2, VIEW, "comments_with_size", write)


async def test_a_new_version_catches_up_by_itself_and_is_swapped_in(
    log: Log, projecting: Running, settings: Settings, rows: Rows, until: Until
) -> None:
    log.append(*life(ANSWERED))
    async with projecting():
        await until([(2,)], "SELECT version FROM ticket_comments")
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE comments_with_size (LIKE ticket_comments_v1 INCLUDING ALL)")

    stream = replace(TICKET_STREAM, models=(SECOND,))
    async with projecting(stream, "projector.ticket_comments.v2"):
        await until([(2,)], "SELECT version FROM comments_with_size")
        log.append(happened(NOTED, 3))
        await until([(2,), (3,)], "SELECT version FROM comments_with_size")
    assert await rows("SELECT version FROM ticket_comments") == [(2,)]
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        serve(connection, SECOND)
        assert served(connection)["ticket_comments"] == 2
    assert await rows("SELECT version, size FROM ticket_comments ORDER BY version") == [(2, 21), (3, 46)]
    migrate(settings)
    assert await rows("SELECT count(*) FROM ticket_comments WHERE ticket_id = %s", TICKET) == [(2,)]
