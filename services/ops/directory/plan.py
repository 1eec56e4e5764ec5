"""The steps from one directory to another, each of them right among what is there when it is taken."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from services.intake.domain.directory_links import link_faults
from services.intake.domain.directory_others import RecordsOf
from services.intake.domain.directory_references import references
from shared.events.directory_records import (
    KINDS,
    Agent,
    Organisation,
    Record,
    RoutingPolicy,
    Team,
    record_key,
)


@dataclass(frozen=True, slots=True)
class Save:
    """`partial`: without what cannot be said yet; the record is saved again, whole."""

    key: str
    record: Record
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    key: str


Step = Save | Remove


class NoWay(Exception):
    """The records that are wanted name what will not be there."""


def plan(present: Mapping[str, Record], wanted: Mapping[str, Record], removed: Collection[str]) -> Iterator[Step]:
    """Each of `wanted` saved where it differs, in its order, and `removed` taken away.

    What is left to say of a record, as a new team's leads, who need the team first, is said as soon as it can be.
    Raise `NoWay` where the end is not in order.
    """
    now = _Now(present)
    saves = {key: record for key, record in wanted.items() if now.get(key) != record}
    removals = [key for key in removed if key in now]
    loosened: set[str] = set()
    while saves or removals:
        step = _next(now, saves, removals) or _loosen(now, saves, removals, loosened)
        if step is None:
            raise NoWay
        match step:
            case Save(key=key, record=record, partial=partial):
                now.put(key, record)
                if partial:
                    loosened.add(key)
                else:
                    del saves[key]
            case Remove(key=key):
                now.put(key, None)
                removals.remove(key)
        yield step


class _Now(dict[str, Record]):
    """What is there between two steps; of each record it is known how many others name it."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        super().__init__()
        self._named_by: defaultdict[str, int] = defaultdict(int)
        for key, record in records.items():
            self.put(key, record)

    def put(self, key: str, record: Record | None) -> None:
        """None takes it away."""
        for named in self._others(key):
            self._named_by[named] -= 1
        if record is None:
            del self[key]
        else:
            self[key] = record
        for named in self._others(key):
            self._named_by[named] += 1

    def is_named(self, key: str) -> bool:
        return self._named_by[key] > 0

    def _others(self, key: str) -> set[str]:
        record = self.get(key)
        named = set() if record is None else {reference.key for reference in references(record)}
        return named - {key}


def _next(now: _Now, saves: Mapping[str, Record], removals: Collection[str]) -> Step | None:
    others = RecordsOf(now)
    for key, record in saves.items():
        if not any(link_faults(key, record, others)):
            return Save(key, record)
    for key in removals:
        if not now.is_named(key):
            return Remove(key)
    return None


def _loosen(
    now: _Now, saves: Mapping[str, Record], removals: Collection[str], before: Collection[str]
) -> Step | None:
    """A record that stands in the way of others, or in its own, saved without what it says of them."""
    for key in (key for key in (*saves, *removals) if key not in before):
        record = saves.get(key) or now[key]
        loose = _loose(key, record, now, whole=key in saves)
        if loose != now.get(key) and not any(link_faults(key, loose, RecordsOf(now))):
            return Save(key, loose, partial=True)
    return None


def _loose(key: str, record: Record, now: Mapping[str, Record], *, whole: bool) -> Record:
    """`whole` False: the record is going, and need not say anything more."""
    match record:
        case Team(leads=leads):
            kept = tuple(lead for lead in leads if whole and record_key(KINDS[Agent], lead) in now)
            return replace(record, leads=kept, fallback_team_id=None)
        case Agent():
            return replace(record, manager_id=None)
        case Organisation(domains=domains):
            taken = {
                domain
                for other, one in now.items()
                if other != key and isinstance(one, Organisation)
                for domain in one.domains
            }
            return replace(record, domains=tuple(domain for domain in domains if domain not in taken))
        case RoutingPolicy(weights=weights):
            there = {a: weight for a, weight in weights.items() if whole and record_key(KINDS[Agent], a) in now}
            return replace(record, weights=there)
        case _:
            return record
