"""Which policy and which calendar hold for a ticket, as of which offset of the directory."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from services.sla.domain.book import Kept
from services.sla.domain.books import Books, NotReadYet
from services.sla.domain.open_hours import ALWAYS
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_promises import (
    Calendar,
    Conditions,
    EscalationRule,
    EscalationStep,
    SlaPolicy,
    Target,
    Trigger,
    When,
)
from shared.events.directory_records import KeywordRule, Organisation, RoutingPolicy, Team
from shared.events.ticket_values import Channel, Clock, Priority, SlaInputs
from tests.clock_log import books, put

INPUTS = SlaInputs(Priority.P2, Channel.EMAIL, "billing", "support", "acme", ("vip", "eu"))
POLICY = SlaPolicy((Target(Priority.P2, 10, None, 30),))
BUSINESS = SlaPolicy((Target(Priority.P2, 10, business_hours_only=True),), calendar_id="office")


def calendar(hour: int) -> Calendar:
    return Calendar(WorkingHours("UTC", (WorkingSpan(Weekday.MONDAY, time(hour), time(hour + 1)),)))


def held(known: Books, inputs: SlaInputs = INPUTS, offset: int | None = None) -> str | None:
    promise = known.at(offset).promise(inputs)
    return None if promise is None else promise.policy.id


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(),
        Conditions(
            (Priority.P1, Priority.P2), ("billing",), (Channel.EMAIL,), ("acme",), ("support",), ("eu", "vip")
        ),
        Conditions(tags=("eu",)),
    ],
)
def test_a_policy_holds_where_the_ticket_meets_each_condition(conditions: Conditions) -> None:
    assert held(books({"policies/p": replace(POLICY, conditions=conditions)})) == "p"


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(priorities=(Priority.P3,)),
        Conditions(categories=("other",)),
        Conditions(channels=(Channel.WEB,)),
        Conditions(organisations=("other",)),
        Conditions(teams=("other",)),
        Conditions(tags=("vip", "other")),
        Conditions((Priority.P2,), ("other",)),
    ],
)
def test_one_condition_that_is_not_met_is_enough(conditions: Conditions) -> None:
    assert held(books({"policies/p": replace(POLICY, conditions=conditions)})) is None


def test_the_lowest_position_holds_then_the_first_id_and_inactive_ones_never() -> None:
    known = books({"policies/b": POLICY, "policies/a": POLICY, "policies/first": replace(POLICY, position=1)})
    assert held(known) == "first"
    put(known, "policies/first", replace(POLICY, position=1, active=False), 2)
    assert held(known) == "a"


def test_the_policy_that_holds_may_promise_a_priority_nothing() -> None:
    known = books({"policies/a": SlaPolicy((Target(Priority.P1, 10),)), "policies/b": POLICY})
    assert held(known) is None


def test_a_promise_says_how_long_each_clock_has() -> None:
    promise = books({"policies/p": POLICY}).at().promise(INPUTS)
    assert promise is not None
    assert [promise.goal(clock) for clock in Clock] == [timedelta(minutes=10), None, timedelta(minutes=30)]
    assert (promise.calendar, promise.hours) == (None, ALWAYS)


def test_the_calendar_is_the_organisation_s_else_the_team_s_else_the_policy_s() -> None:
    known = books({f"calendars/{name}": calendar(hour) for hour, name in enumerate(("office", "theirs", "ours"))})
    put(known, "policies/p", BUSINESS, 1)
    named = []
    for change in (
        None,
        ("teams/support", Team("Support", calendar_id="ours"), 1),
        ("organisations/acme", Organisation("Acme", calendar_id="theirs"), 1),
        ("calendars/theirs", None, 2),
        ("teams/support", Team("Support"), 2),
    ):
        if change is not None:
            put(known, *change)
        promise = known.at().promise(INPUTS)
        assert promise is not None
        assert promise.calendar is not None
        named.append((promise.calendar.id, promise.calendar.version))
    assert named == [("office", 1), ("ours", 1), ("theirs", 1), ("ours", 1), ("office", 1)]


def test_business_time_without_any_calendar_is_calendar_time() -> None:
    promise = books({"policies/p": BUSINESS}).at().promise(INPUTS)
    assert promise is not None
    assert (promise.calendar, promise.hours) == (None, ALWAYS)


def test_each_offset_keeps_what_held_then() -> None:
    known = books({"calendars/office": calendar(9), "policies/p": BUSINESS})
    put(known, "organisations/acme", Organisation("Acme", calendar_id="theirs"), 1)
    put(known, "calendars/theirs", calendar(10), 1)
    put(known, "calendars/office", calendar(11), 2)
    put(known, "organisations/acme", None, 2)
    put(known, "policies/p", None, 2)
    found = []
    for offset in range(-1, known.offset + 1):
        promise = known.at(offset).promise(INPUTS)
        found.append(None if promise is None else promise.calendar)
    assert found == [
        None,
        None,
        Kept("office", 1, calendar(9)),
        Kept("office", 1, calendar(9)),
        Kept("theirs", 1, calendar(10)),
        Kept("theirs", 1, calendar(10)),
        Kept("office", 2, calendar(11)),
        None,
    ]


def test_an_offset_that_is_to_come_is_not_guessed() -> None:
    with pytest.raises(NotReadYet):
        books({"policies/p": POLICY}).at(1)


def test_an_event_that_is_read_twice_is_folded_once() -> None:
    known = books({"policies/p": POLICY})
    put(known, "policies/p", None, 2)
    put(known, "policies/p", POLICY, 1, offset=0)
    assert (known.offset, held(known)) == (1, None)


def test_the_preset_holds_only_while_there_is_no_policy_at_all() -> None:
    known = books({}, {"policies/standard": POLICY, "rules/breach": rule(30)})
    promise = known.at().promise(INPUTS)
    assert promise is not None
    assert (promise.policy.id, promise.policy.version) == ("standard", 0)
    put(known, "policies/routing", RoutingPolicy(), 1)
    put(known, "policies/own", replace(POLICY, active=False), 1)
    assert held(known) is None
    assert held(known, offset=0) == "standard"
    put(known, "policies/own", None, 2)
    assert held(known) == "standard"


def rule(minutes: int, *, active: bool = True, conditions: Conditions | None = None) -> EscalationRule:
    return EscalationRule(
        When(Trigger.SILENT, minutes=minutes),
        (EscalationStep.PAGE,),
        conditions=conditions or Conditions(),
        active=active,
    )


def test_silences_are_those_of_active_rules_that_the_ticket_meets() -> None:
    known = books(
        {
            "rules/a": rule(60),
            "rules/b": rule(30),
            "rules/c": rule(60),
            "rules/off": rule(5, active=False),
            "rules/other": rule(6, conditions=Conditions(teams=("other",))),
            "rules/words": KeywordRule(("fire",), ("hot",)),
            "rules/breach": EscalationRule(When(Trigger.BREACHED), (EscalationStep.PAGE,)),
        },
        {"rules/preset": rule(7)},
    )
    assert known.silences(INPUTS) == (30, 60)
    assert books({}, {"rules/preset": rule(7)}).silences(INPUTS) == (7,)
    put(known, "rules/b", KeywordRule(("fire",), ("hot",)), 2)
    assert known.silences(INPUTS) == (60,)
