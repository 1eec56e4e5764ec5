"""The directory as promises need it, as of any of its offsets: the fold of `directory.events`."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from services.sla.domain.book import Book, Kept, in_order
from services.sla.domain.conditions import meets
from services.sla.domain.open_hours import BusinessHours, OpenHours
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_promises import Calendar, EscalationRule, SlaPolicy, Trigger
from shared.events.directory_records import KINDS, Organisation, Record, Team, record_key
from shared.events.envelope import Event
from shared.events.ticket_values import SlaInputs

ValueT = TypeVar("ValueT")


@dataclass(slots=True)
class _Past(Generic[ValueT]):
    """The values of one thing, each from an offset on."""

    offsets: list[int] = field(default_factory=list)
    values: list[ValueT] = field(default_factory=list)

    def add(self, offset: int, value: ValueT) -> None:
        self.offsets.append(offset)
        self.values.append(value)

    def at(self, offset: int) -> ValueT | None:
        place = bisect_right(self.offsets, offset) - 1
        return self.values[place] if place >= 0 else None


class NotReadYet(Exception):
    """A ticket goes by a state of the directory that is not known here yet."""


class Books:
    """The fold of `directory.events`. `preset` holds where the directory has no policy, or no rule, at all."""

    def __init__(self, preset: Mapping[str, Record]) -> None:
        built_in = [(key.partition("/")[2], record) for key, record in preset.items()]
        self._preset_policies = in_order(
            Kept(record_id, 0, record) for record_id, record in built_in if isinstance(record, SlaPolicy)
        )
        self._preset_rules = tuple(record for _, record in built_in if isinstance(record, EscalationRule))
        self.offset = -1
        self._policies: dict[str, Kept[SlaPolicy]] = {}
        self._rules: dict[str, EscalationRule] = {}
        self._policies_past: _Past[tuple[Kept[SlaPolicy], ...]] = _Past()
        self._calendars: dict[str, _Past[Kept[Calendar] | None]] = {}
        self._named: dict[str, _Past[str | None]] = {}
        self._hours: dict[tuple[str, int], OpenHours] = {}
        self._silences: tuple[EscalationRule, ...] = ()
        self._order_rules()

    def fold(self, offset: int, event: Event[DirectoryEventData]) -> None:
        """Each offset once, in order; one that was folded already changes nothing."""
        if offset <= self.offset:
            return
        self.offset = offset
        match event.data:
            case RecordSaved(record):
                self._put(event.subject, event.version, record)
            case RecordRemoved():
                self._put(event.subject, event.version, None)
            case _:
                pass

    def at(self, offset: int | None = None) -> Book:
        """None: as of now. Raise `NotReadYet` where the offset is to come."""
        offset = self.offset if offset is None else offset
        if offset > self.offset:
            raise NotReadYet(f"the directory is read up to offset {self.offset}, not yet to {offset}")
        return Book(offset, self._policies_past.at(offset) or self._preset_policies, self)

    def silences(self, inputs: SlaInputs) -> tuple[int, ...]:
        """After how many minutes without an answer an active rule, as of now, wants to know of it."""
        wanted = {rule.when.minutes for rule in self._silences if meets(rule.conditions, inputs)}
        return tuple(sorted(minutes for minutes in wanted if minutes is not None))

    def calendar(self, calendar_id: str, offset: int) -> Kept[Calendar] | None:
        past = self._calendars.get(calendar_id)
        return None if past is None else past.at(offset)

    def of_organisation(self, organisation: str | None, offset: int) -> str | None:
        return self._named_by(KINDS[Organisation], organisation, offset)

    def of_team(self, team_id: str | None, offset: int) -> str | None:
        return self._named_by(KINDS[Team], team_id, offset)

    def hours(self, calendar: Kept[Calendar]) -> OpenHours:
        known = self._hours.get((calendar.id, calendar.version))
        if known is None:
            known = self._hours[(calendar.id, calendar.version)] = BusinessHours(calendar.record)
        return known

    def _named_by(self, kind: str, record_id: str | None, offset: int) -> str | None:
        past = None if record_id is None else self._named.get(record_key(kind, record_id))
        return None if past is None else past.at(offset)

    def _put(self, key: str, version: int, record: Record | None) -> None:
        """None: removed. What a key held before may have been of another type."""
        kind, _, record_id = key.partition("/")
        if kind == KINDS[Calendar]:
            kept = Kept(record_id, version, record) if isinstance(record, Calendar) else None
            self._calendars.setdefault(record_id, _Past()).add(self.offset, kept)
        elif kind in (KINDS[Organisation], KINDS[Team]):
            self._name(key, record.calendar_id if isinstance(record, Organisation | Team) else None)
        elif isinstance(record, SlaPolicy):
            self._policies[record_id] = Kept(record_id, version, record)
            self._policies_past.add(self.offset, in_order(self._policies.values()))
        elif kind == KINDS[SlaPolicy] and self._policies.pop(record_id, None) is not None:
            self._policies_past.add(self.offset, in_order(self._policies.values()))
        elif isinstance(record, EscalationRule):
            self._rules[record_id] = record
            self._order_rules()
        elif kind == KINDS[EscalationRule] and self._rules.pop(record_id, None) is not None:
            self._order_rules()

    def _name(self, key: str, calendar_id: str | None) -> None:
        """Most organisations and teams name no calendar, and take no room here."""
        past = self._named.get(key)
        if past is None and calendar_id is None:
            return
        self._named.setdefault(key, _Past()).add(self.offset, calendar_id)

    def _order_rules(self) -> None:
        rules = tuple(self._rules.values()) or self._preset_rules
        self._silences = tuple(rule for rule in rules if rule.active and rule.when.trigger is Trigger.SILENT)
