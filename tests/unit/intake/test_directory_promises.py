"""Calendars, SLA policies and escalation rules: what is wrong with one, by itself and among the others."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from shared.events.directory import RecordSaved, RemoveRecord, SaveRecord
from shared.events.directory_hours import WorkingHours
from shared.events.directory_promises import (
    Calendar,
    Conditions,
    DayOff,
    EscalationRule,
    EscalationStep,
    SlaPolicy,
    Target,
    Trigger,
    When,
)
from shared.events.directory_records import KeywordRule, Organisation, Record, RoutingPolicy, Team
from shared.events.presets import PRESETS, Preset
from shared.events.ticket_values import Channel, Clock, Priority, Status, Tier
from tests.directing import BREACH, GOLD, LEA, RECORDS, WEEK, Directory, wish

CHRISTMAS = date(2026, 12, 24)
MONDAYS = WEEK.hours.spans[0]
SOON = GOLD.targets[0]
TELLS = (EscalationStep.NOTIFY_MANAGER,)
NAMED = ("calendars/week", "policies/gold", "rules/breach")


def mondays(count: int) -> tuple[DayOff, ...]:
    """So many in a row, from the 1st of January 2029 on."""
    return tuple(DayOff(date(2029, 1, 1) + timedelta(weeks=week)) for week in range(count))


def when(trigger: Trigger, *by: str, **more: object) -> EscalationRule:
    return replace(BREACH, when=When(trigger, by=by, **more))  # type: ignore[arg-type] # what a test gives it


@pytest.mark.parametrize("key", NAMED)
def test_a_promise_is_for_admins(key: str) -> None:
    assert Directory().refused(wish(key, RemoveRecord(), LEA)).code == "forbidden"
    assert Directory({}).refused(wish(key, SaveRecord(RECORDS[key]), LEA)).code == "forbidden"


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_is_a_directory_in_order(preset: Preset) -> None:
    directory = Directory({})
    for key, record in PRESETS[preset].items():
        assert directory.facts(wish(key, SaveRecord(record))) == [RecordSaved(record)]


@pytest.mark.parametrize(
    ("key", "record"),
    [("policies/routing", GOLD), ("policies/gold", RoutingPolicy()), ("rules/x", GOLD), ("policies/x", BREACH)],
)
def test_the_routing_policy_has_a_place_of_its_own(key: str, record: Record) -> None:
    assert Directory().refused(wish(key, SaveRecord(record))).code == "invalid_id"


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        (
            replace(WEEK, hours=WorkingHours("Berlin", (MONDAYS,))),
            "hours.timezone: 'Berlin' is no time zone, as Europe/Berlin or UTC.",
        ),
        (replace(WEEK, hours=WorkingHours("UTC", ())), "hours.spans: there are 1 to 50 of them, not 0."),
        (
            replace(WEEK, hours=WorkingHours("UTC", (replace(MONDAYS, ends=time(8)),))),
            "hours.spans: monday 09:00 to 08:00 ends before it begins; one past midnight is two spans.",
        ),
        (
            replace(WEEK, country="XX", subdivision=None),
            "country: 'XX' is no country whose public holidays are known, as DE or US.",
        ),
        (
            replace(WEEK, subdivision="XY"),
            "subdivision: DE has no 'XY' with holidays of its own; it has BE, BY.",
        ),
        (
            replace(WEEK, country="FR", subdivision="BL"),
            "subdivision: FR has no 'BL' with holidays of its own; it has none.",
        ),
        (replace(WEEK, country=None), "subdivision: it goes with a country."),
        (
            replace(WEEK, days_off=(DayOff(CHRISTMAS), DayOff(CHRISTMAS, "again"))),
            "days_off: one is named twice.",
        ),
        (
            replace(WEEK, days_off=tuple(DayOff(CHRISTMAS + timedelta(days=7 * n + 1)) for n in range(1001))),
            "days_off: there are 0 to 1000 of them, not 1001.",
        ),
        (
            replace(WEEK, days_off=(DayOff(CHRISTMAS, "two\nlines"),)),
            "days_off: the name of 2026-12-24 is at most 255 characters in one line.",
        ),
        (
            replace(WEEK, days_off=mondays(54)),
            "days_off: they close it for 366 days or more, in which nothing would become due.",
        ),
    ],
)
def test_what_is_wrong_with_a_calendar_is_said(calendar: Calendar, said: str) -> None:
    refusal = Directory().refused(wish("calendars/week", SaveRecord(calendar)))
    assert (refusal.code, refusal.detail) == ("invalid_record", said)


@pytest.mark.parametrize(
    "calendar",
    [
        replace(WEEK, subdivision=None),
        replace(WEEK, country="FR", subdivision=None, days_off=()),
        replace(WEEK, days_off=mondays(53)),
        replace(WEEK, days_off=(*mondays(30), *mondays(80)[31:])),
        replace(WEEK, days_off=tuple(DayOff(date.max - timedelta(days=n)) for n in range(300))),
    ],
)
def test_what_is_right_of_a_calendar_is_taken(calendar: Calendar) -> None:
    assert Directory().facts(wish("calendars/week", SaveRecord(calendar))) == [RecordSaved(calendar)]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (replace(GOLD, targets=()), "targets: there are 1 to 3 of them, not 0."),
        (replace(GOLD, targets=(SOON, replace(SOON, next_reply_minutes=9))), "targets: one is named twice."),
        (replace(GOLD, targets=(Target(Priority.P2),)), "targets.P2: it promises nothing."),
        (
            replace(GOLD, targets=(Target(Priority.P2, 0),)),
            "targets.P2.first_response_minutes: it is 1 to 527040, not 0.",
        ),
        (
            replace(GOLD, targets=(Target(Priority.P2, resolution_minutes=527041),)),
            "targets.P2.resolution_minutes: it is 1 to 527040, not 527041.",
        ),
        (replace(GOLD, calendar_id=None), "calendar_id: a target in business hours needs one."),
        (replace(GOLD, position=-1), "position: it is 0 to 10000, not -1."),
        (replace(GOLD, at_risk_percent=100), "at_risk_percent: it is 1 to 99, not 100."),
        (replace(GOLD, at_risk_percent=0), "at_risk_percent: it is 1 to 99, not 0."),
        (
            replace(GOLD, paused_while=(Status.OPEN,)),
            "paused_while: open pauses nothing; pending_customer and pending_internal do.",
        ),
        (
            replace(GOLD, paused_while=(Status.PENDING_CUSTOMER,) * 2),
            "paused_while: one is named twice.",
        ),
        (
            replace(GOLD, conditions=Conditions(channels=(Channel.WEB, Channel.WEB))),
            "conditions.channels: one is named twice.",
        ),
        (
            replace(GOLD, conditions=Conditions(tags=(" x",))),
            "conditions.tags: ' x' is no tag of 1 to 50 characters without space around it.",
        ),
        (
            replace(GOLD, conditions=Conditions(categories=("",))),
            "conditions.categories: a category is 1 to 100 characters.",
        ),
    ],
)
def test_what_is_wrong_with_a_policy_is_said(policy: SlaPolicy, said: str) -> None:
    refusal = Directory().refused(wish("policies/gold", SaveRecord(policy)))
    assert (refusal.code, refusal.detail) == ("invalid_record", said)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (replace(BREACH, steps=()), "steps: there are 1 to 6 of them, not 0."),
        (replace(BREACH, steps=TELLS * 2), "steps: one is named twice."),
        (replace(BREACH, target_tier=Tier.LEAD), "target_tier: it goes with the step reassign, and that with it."),
        (
            replace(BREACH, steps=(EscalationStep.REASSIGN,)),
            "target_tier: it goes with the step reassign, and that with it.",
        ),
        (when(Trigger.BREACHED, minutes=5), "when.minutes: it goes with silent, not with breached."),
        (when(Trigger.AT_RISK, below=0.0), "when.below: it goes with sentiment, not with at_risk."),
        (when(Trigger.SILENT, minutes=5, times=1), "when.times: it goes with reopened, not with silent."),
        (when(Trigger.BREACHED, "breach"), "when.by: it goes with escalated, not with breached."),
        (
            when(Trigger.REOPENED, times=2, clocks=(Clock.RESOLUTION,)),
            "when.clocks: it goes with at_risk and breached, not with reopened.",
        ),
        (when(Trigger.SILENT), "when.minutes: silent needs it."),
        (when(Trigger.SENTIMENT), "when.below: sentiment needs it."),
        (when(Trigger.REOPENED), "when.times: reopened needs it."),
        (when(Trigger.SILENT, minutes=0), "when.minutes: it is 1 to 527040, not 0."),
        (when(Trigger.REOPENED, times=101), "when.times: it is 1 to 100, not 101."),
        (when(Trigger.SENTIMENT, below=-1.1), "when.below: it is -1 to 1, not -1.1."),
        (when(Trigger.SENTIMENT, below=float("nan")), "when.below: it is -1 to 1, not nan."),
        (when(Trigger.AT_RISK, clocks=(Clock.RESOLUTION,) * 2), "when.clocks: one is named twice."),
        (
            replace(BREACH, conditions=Conditions(priorities=(Priority.P1,) * 4)),
            "conditions.priorities: there are 0 to 3 of them, not 4; conditions.priorities: one is named twice.",
        ),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(rule: EscalationRule, said: str) -> None:
    refusal = Directory().refused(wish("rules/breach", SaveRecord(rule)))
    assert (refusal.code, refusal.detail) == ("invalid_record", said)


@pytest.mark.parametrize(
    ("key", "record", "said"),
    [
        (
            "policies/gold",
            replace(GOLD, calendar_id="nights"),
            "calendar_id: there is no calendars/nights in the directory.",
        ),
        (
            "policies/gold",
            replace(GOLD, conditions=Conditions(organisations=("ibm",), teams=("support", "night"))),
            (
                "conditions.organisations: there is no organisations/ibm in the directory; "
                "conditions.teams: there is no teams/night in the directory."
            ),
        ),
        (
            "rules/next",
            when(Trigger.ESCALATED, "none"),
            "when.by: there is no rules/none in the directory.",
        ),
        (
            "rules/next",
            when(Trigger.ESCALATED, "fire"),
            "when.by: fire is a keyword rule, which escalates nothing.",
        ),
        (
            "teams/billing",
            Team("Billing", calendar_id="nights"),
            "calendar_id: there is no calendars/nights in the directory.",
        ),
        (
            "organisations/acme",
            Organisation("Acme", calendar_id="nights"),
            "calendar_id: there is no calendars/nights in the directory.",
        ),
    ],
)
def test_a_promise_names_what_is_there(key: str, record: Record, said: str) -> None:
    refusal = Directory().refused(wish(key, SaveRecord(record)))
    assert (refusal.code, refusal.detail) == ("invalid_reference", said)


def test_what_a_promise_names_is_not_removed() -> None:
    waits = replace(when(Trigger.ESCALATED, "breach"), conditions=Conditions(teams=("billing",)))
    directory = Directory({**RECORDS, "rules/next": waits})
    for key, by in (
        ("calendars/week", "policies/gold"),
        ("rules/breach", "rules/next"),
        ("organisations/acme", "policies/gold"),
    ):
        refusal = directory.refused(wish(key, RemoveRecord()))
        assert (refusal.code, refusal.detail) == ("referred_to", f"{key} is named by {by}; change that first.")
    keyword = KeywordRule(("fire",), ("urgent",))
    refusal = directory.refused(wish("rules/breach", SaveRecord(keyword)))
    assert refusal.detail == "type: rules/next waits for this rule's escalations."


@pytest.mark.parametrize(
    ("before", "last", "way"),
    [
        ({}, when(Trigger.ESCALATED, "a"), "rules/a to rules/a"),
        ({"b": when(Trigger.ESCALATED)}, when(Trigger.ESCALATED), "rules/a to rules/b to rules/a"),
        ({"b": when(Trigger.ESCALATED, "a")}, when(Trigger.ESCALATED, "b"), "rules/a to rules/b to rules/a"),
        (
            {"b": when(Trigger.ESCALATED, "a"), "c": when(Trigger.ESCALATED, "b")},
            when(Trigger.ESCALATED),
            "rules/a to rules/b to rules/a",
        ),
    ],
    ids=["itself", "each any other's", "each the other's", "the shortest of two ways"],
)
def test_rules_that_would_set_each_other_off_are_refused(
    before: dict[str, EscalationRule], last: EscalationRule, way: str
) -> None:
    directory = Directory({"rules/a": BREACH, **{f"rules/{rule_id}": rule for rule_id, rule in before.items()}})
    refusal = directory.refused(wish("rules/a", SaveRecord(last)))
    assert (refusal.code, refusal.detail) == ("invalid_reference", f"when: that would be a loop, {way}.")
    for harmless in (replace(last, active=False), replace(last, steps=TELLS)):
        assert directory.facts(wish("rules/a", SaveRecord(harmless))) == [RecordSaved(harmless)]


def test_a_chain_of_rules_is_no_loop() -> None:
    directory = Directory({})
    for rule_id, rule in (
        ("a", BREACH),
        ("b", when(Trigger.ESCALATED, "a")),
        ("c", when(Trigger.ESCALATED, "a", "b")),
        ("d", replace(when(Trigger.ESCALATED), steps=TELLS)),
    ):
        assert directory.facts(wish(f"rules/{rule_id}", SaveRecord(rule))) == [RecordSaved(rule)]
    longer = when(Trigger.ESCALATED, "c")
    assert directory.refused(wish("rules/a", SaveRecord(longer))).detail == (
        "when: that would be a loop, rules/a to rules/c to rules/a."
    )
