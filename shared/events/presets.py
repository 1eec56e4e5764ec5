"""The promises and escalations that hold where the directory has none of its own."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from shared.events.directory_promises import (
    Conditions,
    EscalationRule,
    EscalationStep,
    SlaPolicy,
    Target,
    Trigger,
    When,
)
from shared.events.directory_records import KINDS, Record, record_key
from shared.events.ticket_values import Priority, Tier


class Preset(StrEnum):
    STANDARD = "standard"
    STRICT = "strict"


_HOUR = 60
_DAY = 24 * _HOUR
_RESOLUTIONS = {Priority.P1: 4 * _HOUR, Priority.P2: _DAY, Priority.P3: 5 * _DAY}
_FIRST_RESPONSES: Mapping[Preset, Mapping[Priority, int]] = {
    Preset.STANDARD: {Priority.P1: _HOUR, Priority.P2: 4 * _HOUR, Priority.P3: _DAY},
    Preset.STRICT: {Priority.P1: 15, Priority.P2: 2 * _HOUR, Priority.P3: _DAY},
}
"""Minutes of calendar time; the next reply has as long as the first."""

HOLDS: Mapping[Preset, timedelta] = {
    Preset.STANDARD: timedelta(hours=72),
    Preset.STRICT: timedelta(hours=48),
}
"""How long after its resolution a ticket can be reopened, and after which it is closed."""

RULES: Mapping[str, EscalationRule] = {
    "breach": EscalationRule(
        When(Trigger.BREACHED),
        (
            EscalationStep.RAISE_PRIORITY,
            EscalationStep.REASSIGN,
            EscalationStep.NOTIFY_ASSIGNEE,
            EscalationStep.NOTIFY_MANAGER,
        ),
        target_tier=Tier.SENIOR,
    ),
    "page-p1": EscalationRule(
        When(Trigger.BREACHED), (EscalationStep.PAGE,), Conditions(priorities=(Priority.P1,))
    ),
    "warn": EscalationRule(When(Trigger.AT_RISK), (EscalationStep.NOTIFY_ASSIGNEE,)),
}
"""The escalation rules of every preset, by their ids."""


def _policy(preset: Preset) -> SlaPolicy:
    return SlaPolicy(
        tuple(
            Target(priority, minutes, minutes, _RESOLUTIONS[priority])
            for priority, minutes in _FIRST_RESPONSES[preset].items()
        )
    )


PRESETS: Mapping[Preset, Mapping[str, Record]] = {
    preset: {
        record_key(KINDS[SlaPolicy], preset): _policy(preset),
        **{record_key(KINDS[EscalationRule], rule_id): rule for rule_id, rule in RULES.items()},
    }
    for preset in Preset
}
"""By the keys that the records would have in the directory."""
