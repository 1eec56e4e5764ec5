"""Writes `users_v1`: what a batch tells of a person is merged first, then with the row that is there."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from services.projections.read_models.delivered import Delivered
from services.projections.read_models.users import UserRow, evolve, merged
from services.projections.writes.target import Target
from shared.events.personal import PersonalCodec

TABLE = "users_v1"

_COLUMNS = (
    "id",
    "partition",
    "kind",
    "acted_at",
    "name",
    "email",
    "organisation",
    "told_at",
    "first_seen",
    "last_seen",
)

_TARGET = Target(
    TABLE,
    _COLUMNS,
    """
    ON CONFLICT (id, partition) DO UPDATE SET
        kind = CASE WHEN excluded.acted_at >= present.acted_at THEN excluded.kind ELSE present.kind END,
        acted_at = greatest(present.acted_at, excluded.acted_at),
        name = CASE WHEN excluded.told_at >= present.told_at THEN excluded.name ELSE present.name END,
        email = CASE WHEN excluded.told_at >= present.told_at THEN excluded.email ELSE present.email END,
        organisation = CASE WHEN excluded.told_at >= present.told_at
            THEN excluded.organisation ELSE present.organisation END,
        told_at = greatest(present.told_at, excluded.told_at),
        first_seen = least(present.first_seen, excluded.first_seen),
        last_seen = greatest(present.last_seen, excluded.last_seen)
    """,
)


async def write(connection: AsyncConnection, items: Sequence[Delivered], codec: PersonalCodec) -> None:
    people: dict[tuple[str, int], UserRow] = {}
    for item in items:
        for row in evolve(item.event, codec):
            key = row.id, item.partition
            known = people.get(key)
            people[key] = row if known is None else merged(known, row)
    await _TARGET.put(
        connection,
        [
            (
                row.id,
                partition,
                row.kind.value,
                row.acted_at,
                row.name,
                row.email,
                row.organisation,
                row.told_at,
                row.first_seen,
                row.last_seen,
            )
            for (_, partition), row in people.items()
        ],
    )
