"""SQL of tickets and timers; every function is called inside its caller's transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import args_row

_LOAD = "SELECT ticket_id::text, version, state FROM tickets WHERE ticket_id = ANY(%s::uuid[])"

_PUT = """
INSERT INTO tickets AS known (ticket_id, partition, version, basis, state, look_at)
SELECT ticket_id, partition, version, basis, state, CASE WHEN look THEN 'epoch'::timestamptz END
FROM unnest(%s::uuid[], %s::integer[], %s::integer[], %s::integer[], %s::bytea[], %s::boolean[])
    AS folded (ticket_id, partition, version, basis, state, look)
ON CONFLICT (ticket_id) DO UPDATE
SET version = excluded.version, basis = excluded.basis, state = excluded.state, looks = 0,
    look_at = CASE WHEN known.looks = 0 THEN coalesce(excluded.look_at, known.look_at) ELSE excluded.look_at END
"""

_SET_TIMERS = """
WITH wanted (ticket_id, partition, kind, clock, instance, mark, fire_at) AS MATERIALIZED (
    SELECT * FROM unnest(
        %s::uuid[], %s::integer[], %s::text[], %s::text[], %s::integer[], %s::timestamptz[], %s::timestamptz[]
    )
), gone AS (
    DELETE FROM timers AS known WHERE known.ticket_id = ANY(%s::uuid[]) AND NOT EXISTS (
        SELECT FROM wanted WHERE wanted.ticket_id = known.ticket_id AND wanted.kind = known.kind
            AND wanted.clock = known.clock AND wanted.instance = known.instance
    )
)
INSERT INTO timers AS known (ticket_id, partition, kind, clock, instance, mark, fire_at, try_at)
SELECT ticket_id, partition, kind, clock, instance, mark, fire_at, fire_at FROM wanted
ON CONFLICT (ticket_id, kind, clock, instance) DO UPDATE
SET mark = excluded.mark, fire_at = excluded.fire_at, try_at = excluded.fire_at, tries = 0
WHERE (known.mark, known.fire_at) <> (excluded.mark, excluded.fire_at) OR known.tries > 0
"""

_CLAIM = """
SELECT ticket_id::text, kind, clock, instance, mark, fire_at, tries FROM timers
WHERE try_at <= %s AND partition = ANY(%s)
ORDER BY try_at
LIMIT %s FOR UPDATE SKIP LOCKED
"""

_STANDINGS = "SELECT ticket_id::text, version, basis FROM tickets WHERE ticket_id = ANY(%s::uuid[])"

_MOVE = """
UPDATE timers AS known SET try_at = moved.try_at, tries = moved.tries
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::integer[], %s::timestamptz[], %s::integer[])
    AS moved (ticket_id, kind, clock, instance, try_at, tries)
WHERE known.ticket_id = moved.ticket_id AND known.kind = moved.kind AND known.clock = moved.clock
    AND known.instance = moved.instance
"""

_NEXT = """
SELECT least(
    (SELECT try_at FROM timers WHERE partition = ANY(%(partitions)s) ORDER BY try_at LIMIT 1),
    (
        SELECT min(first.look_at) FROM unnest(%(partitions)s::integer[]) AS held (partition), LATERAL (
            SELECT look_at FROM tickets WHERE tickets.partition = held.partition AND look_at IS NOT NULL
            ORDER BY look_at LIMIT 1
        ) AS first
    )
)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket's row; without a `state` it is closed, and nothing more can happen to its clocks."""

    ticket_id: str
    version: int
    state: bytes | None


@dataclass(frozen=True, slots=True)
class Folded:
    """`look`: what was promised is not on record as it should be."""

    ticket_id: str
    partition: int
    version: int
    basis: int
    state: bytes | None
    look: bool


@dataclass(frozen=True, slots=True)
class Timer:
    """What will happen when. `clock` is empty and `instance` another number where it is no clock's."""

    ticket_id: str
    partition: int
    kind: str
    clock: str
    instance: int
    mark: datetime
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose time has come."""

    ticket_id: str
    kind: str
    clock: str
    instance: int
    mark: datetime
    fire_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as it was folded last."""

    ticket_id: str
    version: int
    basis: int


async def load(connection: AsyncConnection, tickets: Collection[str]) -> dict[str, Kept]:
    async with connection.cursor(row_factory=args_row(Kept)) as cursor:
        await cursor.execute(_LOAD, (list(tickets),))
        return {kept.ticket_id: kept async for kept in cursor}


async def put(connection: AsyncConnection, rows: Sequence[Folded]) -> None:
    """A ticket that nobody has looked at yet since somebody wanted it to be stays so."""
    await connection.execute(
        _PUT,
        (
            [row.ticket_id for row in rows],
            [row.partition for row in rows],
            [row.version for row in rows],
            [row.basis for row in rows],
            [row.state for row in rows],
            [row.look for row in rows],
        ),
    )


async def set_timers(connection: AsyncConnection, tickets: Collection[str], timers: Sequence[Timer]) -> None:
    """`timers` are all that those tickets have from now on; one that was asked for is asked for again."""
    await connection.execute(
        _SET_TIMERS,
        (
            [timer.ticket_id for timer in timers],
            [timer.partition for timer in timers],
            [timer.kind for timer in timers],
            [timer.clock for timer in timers],
            [timer.instance for timer in timers],
            [timer.mark for timer in timers],
            [timer.fire_at for timer in timers],
            list(tickets),
        ),
    )


async def due(connection: AsyncConnection, now: datetime, partitions: Iterable[int], most: int) -> list[Due]:
    """The earliest first, locked until the transaction ends; what another process has locked is left to it."""
    async with connection.cursor(row_factory=args_row(Due)) as cursor:
        await cursor.execute(_CLAIM, (now, list(partitions), most))
        return await cursor.fetchall()


async def standings(connection: AsyncConnection, tickets: Collection[str]) -> dict[str, Standing]:
    """Asked for once the timers are locked: a fold that moved a ticket before has committed, and is seen.

    One that moves it afterwards waits for the lock, and then sets the timer anew.
    """
    async with connection.cursor(row_factory=args_row(Standing)) as cursor:
        await cursor.execute(_STANDINGS, (list(tickets),))
        return {one.ticket_id: one async for one in cursor}


async def move(connection: AsyncConnection, moved: Sequence[tuple[Due, datetime, int]]) -> None:
    """Each with the time of its next try, and how many there were."""
    await connection.execute(
        _MOVE,
        (
            [timer.ticket_id for timer, _, _ in moved],
            [timer.kind for timer, _, _ in moved],
            [timer.clock for timer, _, _ in moved],
            [timer.instance for timer, _, _ in moved],
            [at for _, at, _ in moved],
            [tries for _, _, tries in moved],
        ),
    )


async def next_try(connection: AsyncConnection, partitions: Iterable[int]) -> datetime | None:
    """When something is to be sent next, or sent again."""
    cursor = await connection.execute(_NEXT, {"partitions": list(partitions)})
    found = await cursor.fetchone()
    return None if found is None else found[0]
