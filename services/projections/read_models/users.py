"""Read model `users_v1`: requesters and everybody who acted, one row a person and partition.

A person's tickets lie on many partitions, each with its own projector; the view merges the rows.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from services.projections.read_models.delivered import TicketEvent, readable
from shared.events.envelope import ActorKind
from shared.events.personal import PersonalCodec
from shared.events.ticket_events import TicketOpened

NAME, VERSION = "users", 1

VIEW = """
SELECT id,
    (array_agg(kind ORDER BY acted_at DESC))[1] AS kind,
    (array_agg(name ORDER BY told_at DESC))[1] AS name,
    (array_agg(email ORDER BY told_at DESC))[1] AS email,
    (array_agg(organisation ORDER BY told_at DESC))[1] AS organisation,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM users_v1
GROUP BY id
"""

NEVER = datetime(1, 1, 1, tzinfo=UTC)
_PEOPLE = frozenset({ActorKind.REQUESTER, ActorKind.AGENT, ActorKind.LEAD, ActorKind.ADMIN})


class UserRow(NamedTuple):
    """`acted_at`: when they last acted, as `kind`; `told_at`: when name, email and organisation were told.

    One or two an event, so a tuple.
    """

    id: str
    kind: ActorKind
    acted_at: datetime
    name: str | None
    email: str | None
    organisation: str | None
    told_at: datetime
    first_seen: datetime
    last_seen: datetime


def evolve(event: TicketEvent, codec: PersonalCodec) -> Iterator[UserRow]:
    """What one event tells of people; `merged` adds it to what is known, in any order, any number of times."""
    at = event.occurred_at
    match event.data:
        case TicketOpened(requester=requester):
            yield UserRow(
                id=requester.id,
                kind=ActorKind.REQUESTER,
                acted_at=NEVER,
                name=readable(codec, requester.name, f"{event.subject}/name") or None,
                email=readable(codec, requester.email, f"{event.subject}/email") or None,
                organisation=requester.organisation,
                told_at=at,
                first_seen=at,
                last_seen=at,
            )
        case _:
            pass
    if event.actor.kind in _PEOPLE:
        yield UserRow(event.actor.id, event.actor.kind, at, None, None, None, NEVER, at, at)


def merged(one: UserRow, other: UserRow) -> UserRow:
    acted = other if other.acted_at >= one.acted_at else one
    told = other if other.told_at >= one.told_at else one
    return UserRow(
        id=one.id,
        kind=acted.kind,
        acted_at=acted.acted_at,
        name=told.name,
        email=told.email,
        organisation=told.organisation,
        told_at=told.told_at,
        first_seen=min(one.first_seen, other.first_seen),
        last_seen=max(one.last_seen, other.last_seen),
    )
