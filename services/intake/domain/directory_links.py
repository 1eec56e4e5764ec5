"""What a record says of others, and whether it may: references, loops, domains, and what is referred to."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from services.intake.domain.directory_others import Records
from shared.events.directory_promises import Calendar
from shared.events.directory_records import (
    KINDS,
    Agent,
    Category,
    Organisation,
    Record,
    RoutingPolicy,
    Team,
    record_key,
)


class Reference(NamedTuple):
    place: str
    key: str


def references(record: Record) -> Iterator[Reference]:
    """The records that this one names."""
    match record:
        case Agent():
            yield _team("team_id", record.team_id)
            if record.manager_id is not None:
                yield _agent("manager_id", record.manager_id)
        case Team():
            for lead in record.leads:
                yield _agent("leads", lead)
            if record.fallback_team_id is not None:
                yield _team("fallback_team_id", record.fallback_team_id)
            yield from _calendar(record.calendar_id)
        case Category():
            yield _team("team_id", record.team_id)
        case Organisation():
            yield from _calendar(record.calendar_id)
        case RoutingPolicy():
            for agent_id in record.weights:
                yield _agent("weights", agent_id)
        case _:
            return


def link_faults(key: str, record: Record, others: Records) -> Iterator[str]:
    """A sentence for each thing that this record, at its key, may not say of the others."""
    for place, named in references(record):
        if named != key and others.get(named) is None:
            yield f"{place}: there is no {named} in the directory"
    match record:
        case Team():
            yield from _loop("fallback_team_id", key, record, others, _fallback)
        case Agent():
            yield from _loop("manager_id", key, record, others, _manager)
        case Organisation():
            yield from _taken(key, record, others)
        case _:
            return


def referring(key: str, others: Records) -> list[str]:
    """The keys of those that name this record."""
    return [
        other
        for other, record in others.all("")
        if other != key and any(reference.key == key for reference in references(record))
    ]


def _loop(
    place: str, key: str, record: Record, others: Records, following: Callable[[Record | None], str | None]
) -> Iterator[str]:
    way = [key]
    after = following(record)
    while after is not None:
        way.append(after)
        if after in way[:-1]:
            yield f"{place}: that would be a loop, {' to '.join(way)}"
            return
        after = following(others.get(after))


def _fallback(record: Record | None) -> str | None:
    named = record.fallback_team_id if isinstance(record, Team) else None
    return None if named is None else record_key(KINDS[Team], named)


def _manager(record: Record | None) -> str | None:
    named = record.manager_id if isinstance(record, Agent) else None
    return None if named is None else record_key(KINDS[Agent], named)


def _taken(key: str, organisation: Organisation, others: Records) -> Iterator[str]:
    wanted = set(organisation.domains)
    if not wanted:
        return
    for other, record in others.all(f"{KINDS[Organisation]}/"):
        if other != key and isinstance(record, Organisation):
            for domain in sorted(wanted.intersection(record.domains)):
                yield f"domains: {domain} is that of {other}"


def _agent(place: str, agent_id: str) -> Reference:
    return Reference(place, record_key(KINDS[Agent], agent_id))


def _team(place: str, team_id: str) -> Reference:
    return Reference(place, record_key(KINDS[Team], team_id))


def _calendar(calendar_id: str | None) -> Iterator[Reference]:
    if calendar_id is not None:
        yield Reference("calendar_id", record_key(KINDS[Calendar], calendar_id))
