"""Which records a record names, and which name it."""

from collections.abc import Iterator
from typing import NamedTuple

from services.intake.domain.directory_others import Records
from shared.events.directory_promises import Calendar, Conditions, EscalationRule, SlaPolicy
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


def references(record: Record) -> Iterator[Reference]:  # noqa: C901, PLR0912 - one case a type
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
        case SlaPolicy():
            yield from _calendar(record.calendar_id)
            yield from _conditions(record.conditions)
        case EscalationRule():
            for rule_id in record.when.by:
                yield Reference("when.by", record_key(KINDS[EscalationRule], rule_id))
            yield from _conditions(record.conditions)
        case _:
            return


def referring(key: str, others: Records) -> list[str]:
    """The keys of those that name this record."""
    return [
        other
        for other, record in others.all("")
        if other != key and any(reference.key == key for reference in references(record))
    ]


def _conditions(conditions: Conditions) -> Iterator[Reference]:
    for organisation_id in conditions.organisations:
        yield Reference("conditions.organisations", record_key(KINDS[Organisation], organisation_id))
    for team_id in conditions.teams:
        yield _team("conditions.teams", team_id)


def _agent(place: str, agent_id: str) -> Reference:
    return Reference(place, record_key(KINDS[Agent], agent_id))


def _team(place: str, team_id: str) -> Reference:
    return Reference(place, record_key(KINDS[Team], team_id))


def _calendar(calendar_id: str | None) -> Iterator[Reference]:
    if calendar_id is not None:
        yield Reference("calendar_id", record_key(KINDS[Calendar], calendar_id))
