"""Calendars, SLA policies and escalation rules in a file: what is wrong and where, and the presets as files."""

import pytest

from services.ops.directory.applying import change_to, records_of
from services.ops.directory.demo import demo_text
from services.ops.directory.file import BrokenDirectory, parse
from services.ops.directory.preset import preset_text
from shared.events.directory_promises import SlaPolicy
from shared.events.presets import PRESETS, RULES, Preset
from shared.events.ticket_values import Priority

RULE = "rules: {x: {type: escalation_rule, when: {trigger: %s}, steps: [%s]}}"
WEEK = "calendars: {week: {hours: {timezone: UTC, spans: [{day: friday, begins: 09:00, ends: 17:00}, %s]}, %s}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            RULE % ("silent, minutes: 0", "page"),
            ["rules.x.when.minutes: Input should be greater than or equal to 1"],
        ),
        (
            "rules: {x: {type: shouting}}",
            ["rules.x: the type is keyword_rule or escalation_rule, and keyword_rule where none is given"],
        ),
        (
            RULE % ("sentiment, below: -0.5", "reassign"),
            ["rules.x.target_tier: it goes with the step reassign, and that with it"],
        ),
        (RULE % ("sentiment, below: low", "page"), ["rules.x.when.below: Input should be a valid number"]),
        (
            RULE % ("escalated, by: [x]", "raise_priority"),
            ["rules.x.when: that would be a loop, rules/x to rules/x"],
        ),
        (
            "policies: {gold: {targets: [{priority: P1, resolution_minutes: 5}], calendar_id: week}}",
            ["policies.gold.calendar_id: there is no calendars/week in the directory"],
        ),
        (
            WEEK % ("{day: monday, begins: 9:00, ends: 17:00}", "days_off: [{day: 24.12.2026}]"),
            [
                "calendars.week.hours.spans.1.begins: it is hours and minutes, as 09:00",
                "calendars.week.days_off.0.day: it is a day, as 2026-12-24",
            ],
        ),
        (
            WEEK % ("{day: monday, begins: 09:00, ends: 17:00}", "country: XX"),
            ["calendars.week.country: 'XX' is no country whose public holidays are known, as DE or US"],
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_path(text: str, said: list[str]) -> None:
    with pytest.raises(BrokenDirectory) as broken:
        change_to(parse(text, "it"), {}, "it", prune=False)
    assert str(broken.value).split("\n  ") == ["it is no directory:", *said]


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_is_a_file_that_says_what_holds_without_it(preset: Preset) -> None:
    filed = parse(preset_text(preset), "it")
    change = change_to(filed, {}, "it", prune=False)
    assert records_of(filed.bodies) == PRESETS[preset]
    assert change.added == len(PRESETS[preset])


def test_what_would_be_different_is_said_field_by_field() -> None:
    present = parse(preset_text(Preset.STANDARD), "it").bodies
    stricter = preset_text(Preset.STANDARD).replace("target_tier: senior", "target_tier: lead")
    assert list(change_to(parse(stricter, "it"), present, "it", prune=False).lines()) == [
        "~ rules/breach",
        '    target_tier: "senior" -> "lead"',
    ]


def test_the_demo_escalates_as_without_rules_and_promises_something_for_each_priority() -> None:
    end = change_to(parse(demo_text(), "demo.yaml"), {}, "demo.yaml", prune=False).end()
    assert {key: end[key] for key in PRESETS[Preset.STANDARD] if key.startswith("rules/")} == {
        f"rules/{rule_id}": rule for rule_id, rule in RULES.items()
    }
    policies = [policy for policy in end.values() if isinstance(policy, SlaPolicy)]
    assert [{target.priority for target in policy.targets} for policy in policies] == [set(Priority)] * 2
