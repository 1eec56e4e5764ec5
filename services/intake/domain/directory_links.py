"""Whether a record may say what it says of the others: references, loops, domains."""

from collections.abc import Callable, Iterator

from services.intake.domain.directory_escalation import loop_faults
from services.intake.domain.directory_others import Records
from services.intake.domain.directory_references import references
from shared.events.directory_promises import EscalationRule
from shared.events.directory_records import (
    KINDS,
    Agent,
    KeywordRule,
    Organisation,
    Record,
    Team,
    record_key,
)


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
        case EscalationRule():
            yield from _no_rules(record, others)
            yield from loop_faults(key, record, others)
        case KeywordRule():
            yield from _counted_on(key, others)
        case _:
            return


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


def _no_rules(rule: EscalationRule, others: Records) -> Iterator[str]:
    for rule_id in rule.when.by:
        if isinstance(others.get(record_key(KINDS[EscalationRule], rule_id)), KeywordRule):
            yield f"when.by: {rule_id} is a keyword rule, which escalates nothing"


def _counted_on(key: str, others: Records) -> Iterator[str]:
    """A keyword rule cannot take the place of an escalation rule that another waits for."""
    for other, record in others.all(record_key(KINDS[EscalationRule], "")):
        if isinstance(record, EscalationRule) and key in {named.key for named in references(record)}:
            yield f"type: {other} waits for this rule's escalations"
