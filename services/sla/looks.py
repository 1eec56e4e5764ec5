"""SQL of tickets that somebody has to look at; every function is called inside its caller's transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import args_row

_LOOK_AT = """
SELECT ticket_id::text, partition, state, looks FROM tickets
WHERE look_at <= %s AND partition = ANY(%s)
LIMIT %s FOR UPDATE SKIP LOCKED
"""

_LOOKED_AT = """
UPDATE tickets AS known SET look_at = looked.again_at, looks = looked.looks
FROM unnest(%s::uuid[], %s::timestamptz[], %s::integer[]) AS looked (ticket_id, again_at, looks)
WHERE known.ticket_id = looked.ticket_id
"""

_BEGIN = """
INSERT INTO fitted AS known (partition, basis, marked)
SELECT partition, %s, '00000000-0000-0000-0000-000000000000'::uuid FROM unnest(%s::integer[]) AS held (partition)
ON CONFLICT (partition) DO UPDATE SET basis = excluded.basis, marked = excluded.marked
WHERE known.basis <> excluded.basis
"""

_UNFITTED = "SELECT partition, marked FROM fitted WHERE partition = ANY(%s) AND marked IS NOT NULL"

_LAST = "SELECT ticket_id FROM tickets WHERE ticket_id > %s ORDER BY ticket_id OFFSET %s LIMIT 1"

# In the order in which the fold locks them.
_MARK = """
WITH marked AS MATERIALIZED (
    SELECT ticket_id FROM tickets
    WHERE ticket_id > %(after)s AND (%(last)s::uuid IS NULL OR ticket_id <= %(last)s)
        AND partition = ANY(%(partitions)s) AND state IS NOT NULL AND (look_at IS NULL OR looks > 0)
    ORDER BY ticket_id FOR NO KEY UPDATE
)
UPDATE tickets AS known SET look_at = 'epoch', looks = 0 FROM marked WHERE known.ticket_id = marked.ticket_id
"""

_MARKED = "UPDATE fitted SET marked = %s WHERE partition = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Looked:
    """`looks`: how often its target was asked for, since something last happened."""

    ticket_id: str
    partition: int
    state: bytes | None
    looks: int


async def to_look_at(
    connection: AsyncConnection, now: datetime, partitions: Iterable[int], most: int
) -> list[Looked]:
    """Locked until the transaction ends; what another process has locked is left to it."""
    async with connection.cursor(row_factory=args_row(Looked)) as cursor:
        await cursor.execute(_LOOK_AT, (now, list(partitions), most))
        return await cursor.fetchall()


async def looked_at(connection: AsyncConnection, looked: Sequence[tuple[Looked, datetime | None]]) -> None:
    """Each with the time at which its target is asked for again; None: nothing is wanting."""
    await connection.execute(
        _LOOKED_AT,
        (
            [row.ticket_id for row, _ in looked],
            [again_at for _, again_at in looked],
            [0 if again_at is None else row.looks + 1 for row, again_at in looked],
        ),
    )


async def fit(connection: AsyncConnection, partitions: Collection[int], basis: str, most: int) -> bool:
    """Where timers were made on another basis, mark the next tickets to be looked at; whether that was all.

    Some at a time, as the fold needs the same rows. A process that takes a partition over goes on with it.
    """
    await connection.execute(_BEGIN, (basis, list(partitions)))
    cursor = await connection.execute(_UNFITTED, (list(partitions),))
    reached = await cursor.fetchall()
    if not reached:
        return True
    unfitted, after = [partition for partition, _ in reached], min(ticket_id for _, ticket_id in reached)
    cursor = await connection.execute(_LAST, (after, most - 1))
    found = await cursor.fetchone()
    last = None if found is None else found[0]
    await connection.execute(_MARK, {"after": after, "last": last, "partitions": unfitted})
    await connection.execute(_MARKED, (last, unfitted))
    return last is None
