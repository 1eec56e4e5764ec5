"""The rules in force and the people whom they tell, as the directory has them now."""

from collections.abc import Iterable, Mapping

from services.escalation.domain.rule import Rule
from shared.events.directory_promises import EscalationRule, Trigger
from shared.events.directory_records import KINDS, Agent, Category, Record, Team, record_key
from shared.runtime.directory.records import KnownRecord, Records

_RULES = record_key(KINDS[EscalationRule], "")
_AGENTS = record_key(KINDS[Agent], "")
_TEAMS = record_key(KINDS[Team], "")
_CATEGORIES = record_key(KINDS[Category], "")


class Rulebook:
    """`preset` has the rules that hold where the directory has none, by key."""

    def __init__(self, records: Records, preset: Mapping[str, Record]) -> None:
        self._records = records
        self._preset = preset
        self._made_at = -1
        self._rules: Mapping[Trigger, tuple[Rule, ...]] = {}

    def rules(self, trigger: Trigger) -> tuple[Rule, ...]:
        """The active ones, in the order of their ids."""
        if self._made_at != self._records.position:
            self._made_at = self._records.position
            self._rules = by_trigger(rules_in_force(self._records, self._preset))
        return self._rules.get(trigger, ())

    def agent(self, agent_id: str) -> Agent | None:
        record = self._record(_AGENTS + agent_id)
        return record if isinstance(record, Agent) else None

    def team(self, team_id: str) -> Team | None:
        record = self._record(_TEAMS + team_id)
        return record if isinstance(record, Team) else None

    def teams(self) -> Iterable[Team]:
        return (record for _, record in self._records.there(_TEAMS) if isinstance(record, Team))

    def category(self, category_id: str) -> Category | None:
        record = self._record(_CATEGORIES + category_id)
        return record if isinstance(record, Category) else None

    def _record(self, key: str) -> Record | None:
        known = self._records.get(key)
        return None if known is None else known.record


def rules_in_force(records: Records, preset: Mapping[str, Record]) -> list[Rule]:
    """Those of the directory; the preset's where it has none, be they active or not."""
    there = [_rule(known, record) for known, record in records.there(_RULES) if isinstance(record, EscalationRule)]
    return there or [
        Rule(key.removeprefix(_RULES), 0, record)
        for key, record in sorted(preset.items())
        if isinstance(record, EscalationRule)
    ]


def by_trigger(rules: Iterable[Rule]) -> dict[Trigger, tuple[Rule, ...]]:
    active = [rule for rule in rules if rule.record.active]
    return {trigger: tuple(rule for rule in active if rule.record.when.trigger is trigger) for trigger in Trigger}


def _rule(known: KnownRecord, record: EscalationRule) -> Rule:
    return Rule(known.key.removeprefix(_RULES), known.offsets[-1] + 1, record)
