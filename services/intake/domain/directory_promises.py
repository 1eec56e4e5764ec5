"""What is wrong with an SLA policy by itself: its targets, and which tickets it is for."""

from itertools import chain

from services.intake.domain.directory_faults import Faults, several_faults, tag_faults, within
from services.intake.domain.policy import MAX_TAGS
from shared.events.directory_promises import Conditions, SlaPolicy, Target
from shared.events.ticket_values import Channel, Priority, Status

MAX_CONDITION = 100
"""How many of a kind a condition names."""
MAX_POSITION = 10_000
MAX_MINUTES = 366 * 24 * 60
LEAST_AT_RISK, MOST_AT_RISK = 1, 99
MAX_CATEGORY_TEXT = 100

PAUSING = (Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL)
"""States that can pause a clock."""


def sla_policy_faults(policy: SlaPolicy) -> Faults:
    priorities = [target.priority for target in policy.targets]
    yield from several_faults("targets", priorities, len(Priority), least=1)
    yield from chain.from_iterable(map(_target_faults, policy.targets))
    if policy.calendar_id is None and any(target.business_hours_only for target in policy.targets):
        yield "calendar_id: a target in business hours needs one"
    yield from within("position", policy.position, 0, MAX_POSITION)
    yield from within("at_risk_percent", policy.at_risk_percent, LEAST_AT_RISK, MOST_AT_RISK)
    yield from several_faults("paused_while", policy.paused_while, len(PAUSING))
    for status in policy.paused_while:
        if status not in PAUSING:
            yield f"paused_while: {status} pauses nothing; {' and '.join(PAUSING)} do"
    yield from conditions_faults(policy.conditions)


def _target_faults(target: Target) -> Faults:
    place = f"targets.{target.priority}"
    given = {
        "first_response_minutes": target.first_response_minutes,
        "next_reply_minutes": target.next_reply_minutes,
        "resolution_minutes": target.resolution_minutes,
    }
    if all(minutes is None for minutes in given.values()):
        yield f"{place}: it promises nothing"
    for name, minutes in given.items():
        if minutes is not None:
            yield from within(f"{place}.{name}", minutes, 1, MAX_MINUTES)


def conditions_faults(conditions: Conditions) -> Faults:
    yield from several_faults("conditions.priorities", conditions.priorities, len(Priority))
    yield from several_faults("conditions.channels", conditions.channels, len(Channel))
    yield from several_faults("conditions.tags", conditions.tags, MAX_TAGS)
    yield from tag_faults("conditions.tags", conditions.tags)
    for name in ("categories", "organisations", "teams"):
        yield from several_faults(f"conditions.{name}", getattr(conditions, name), MAX_CONDITION)
    for category in conditions.categories:
        if not 0 < len(category) <= MAX_CATEGORY_TEXT:
            yield f"conditions.categories: a category is 1 to {MAX_CATEGORY_TEXT} characters"
