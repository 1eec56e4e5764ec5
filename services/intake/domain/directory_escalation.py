"""What is wrong with an escalation rule: by itself, and among the others, where rules would set each other off."""

from collections.abc import Iterator

from services.intake.domain.directory_faults import Faults, several_faults, within
from services.intake.domain.directory_others import Records
from services.intake.domain.directory_promises import MAX_MINUTES, conditions_faults
from shared.events.directory_promises import EscalationRule, EscalationStep, Trigger, When
from shared.events.directory_records import KINDS, record_key
from shared.events.ticket_values import Clock

MAX_BY = 100
MAX_TIMES = 100
WORST, BEST = -1.0, 1.0

_BELONGS = {
    "clocks": (Trigger.AT_RISK, Trigger.BREACHED),
    "minutes": (Trigger.SILENT,),
    "below": (Trigger.SENTIMENT,),
    "times": (Trigger.REOPENED,),
    "by": (Trigger.ESCALATED,),
}
"""What goes with which triggers."""
_NEEDED = frozenset({"minutes", "below", "times"})
_ACTS = frozenset({EscalationStep.RAISE_PRIORITY, EscalationStep.REASSIGN})


def escalation_rule_faults(rule: EscalationRule) -> Faults:
    yield from several_faults("steps", rule.steps, len(EscalationStep), least=1)
    if (rule.target_tier is not None) != (EscalationStep.REASSIGN in rule.steps):
        yield f"target_tier: it goes with the step {EscalationStep.REASSIGN}, and that with it"
    yield from _when_faults(rule.when)
    yield from conditions_faults(rule.conditions)


def _when_faults(when: When) -> Faults:
    for name, triggers in _BELONGS.items():
        value = getattr(when, name)
        if when.trigger not in triggers and value not in (None, ()):
            yield f"when.{name}: it goes with {' and '.join(triggers)}, not with {when.trigger}"
        elif when.trigger in triggers and name in _NEEDED and value is None:
            yield f"when.{name}: {when.trigger} needs it"
    yield from several_faults("when.clocks", when.clocks, len(Clock))
    yield from several_faults("when.by", when.by, MAX_BY)
    if when.minutes is not None:
        yield from within("when.minutes", when.minutes, 1, MAX_MINUTES)
    if when.times is not None:
        yield from within("when.times", when.times, 1, MAX_TIMES)
    if when.below is not None and not WORST <= when.below <= BEST:
        yield f"when.below: it is {WORST:.0f} to {BEST:.0f}, not {when.below}"


def loop_faults(key: str, rule: EscalationRule, others: Records) -> Iterator[str]:
    """Whether the escalation of this rule could set it off again, over whichever rules."""
    rules = {other: one for other, one in others.all(_RULES) if isinstance(one, EscalationRule)}
    way = _way_back(key, {**rules, key: rule})
    if way:
        yield f"when: that would be a loop, {' to '.join(way)}"


def sets_off(key: str, rule: EscalationRule, other_key: str, other: EscalationRule) -> bool:
    """Whether an escalation by the rule is the other's trigger. `by` empty is any other's."""
    if not rule.active or not other.active or _ACTS.isdisjoint(rule.steps):
        return False
    if other.when.trigger is not Trigger.ESCALATED:
        return False
    named = [record_key(_KIND, rule_id) for rule_id in other.when.by]
    return key in named if named else key != other_key


_KIND = KINDS[EscalationRule]
_RULES = record_key(_KIND, "")


def _way_back(key: str, rules: dict[str, EscalationRule]) -> list[str]:
    """The shortest way from a rule to itself; empty: there is none."""
    ways, seen = [[key]], {key}
    for way in ways:
        for after, rule in rules.items():
            if sets_off(way[-1], rules[way[-1]], after, rule):
                if after == key:
                    return [*way, key]
                if after not in seen:
                    seen.add(after)
                    ways.append([*way, after])
    return []
