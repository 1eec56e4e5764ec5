"""Recorded tickets through rules: the same make no difference, others the one that they make."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.escalation.domain.replay import Difference, Fired
from services.escalation.domain.rule import Rule
from services.escalation.rulebook import by_trigger
from services.ops.escalation.reading import Found
from services.ops.escalation.trying import Tried, tried
from shared.events.directory_promises import Conditions, EscalationRule, Trigger, When
from shared.events.ticket_promises import EscalationActionRequested, TicketEscalated
from shared.events.ticket_values import Clock, OutwardAction, Priority, Tier
from tests.escalated import PRESET, Case, lived
from tests.escalating import AT, CALL, PAGE, RAISE, REASSIGN, TELL_MANAGER, Folk

T1 = UUID(int=(0x7 << 76) | 1)
EVERY: Sequence[Rule] = (
    *PRESET,
    Rule("angry", 3, EscalationRule(When(Trigger.SENTIMENT, below=-0.2), (RAISE, TELL_MANAGER))),
    Rule("again", 3, EscalationRule(When(Trigger.REOPENED, times=2), (CALL,))),
    Rule(
        "silent",
        3,
        EscalationRule(When(Trigger.SILENT, minutes=30), (REASSIGN,), target_tier=Tier.LEAD),
    ),
    Rule("after", 3, EscalationRule(When(Trigger.ESCALATED, by=("angry", "breach")), (PAGE,))),
    Rule("deep", 3, EscalationRule(When(Trigger.ESCALATED, by=("silent",)), (RAISE,))),
)


def tried_on(cases: Sequence[Case], rules: Sequence[Rule], since: timedelta = timedelta()) -> Tried:
    found = Found({str(case.id): case.recorded(AT + since) for case in cases})
    found.sentiments = {event.id: case.sentiment for case in cases for event in case.events}
    return tried(found, by_trigger(rules), Folk())


def test_the_same_rules_make_no_difference_over_ten_thousand_tickets() -> None:
    cases = [lived(number, steps=10) for number in range(10_000)]
    result = tried_on(cases, PRESET)
    assert (result.tickets, result.differences) == (10_000, [])
    assert result.recorded == result.would > 5_000


def test_nor_do_rules_of_every_kind_whose_escalations_set_off_others() -> None:
    cases = [lived(number, EVERY) for number in range(1_000)]
    result = tried_on(cases, EVERY)
    assert result.differences == []
    asked = (event.data for case in cases for event in case.events)
    kinds = TicketEscalated | EscalationActionRequested
    assert {one.rule_id for one in asked if isinstance(one, kinds)} == {rule.id for rule in EVERY}
    assert any("depth_reached" in case.refused for case in cases)


@pytest.mark.parametrize("minutes", [5, 20, 60])
def test_nor_do_they_where_the_record_begins_in_the_midst_of_lives(minutes: int) -> None:
    cases = [lived(number, EVERY) for number in range(300)]
    result = tried_on(cases, EVERY, timedelta(minutes=minutes))
    assert result.differences == []
    assert result.recorded > 100


def breached() -> Case:
    case = Case(T1)
    case.open()
    case.target(Clock.FIRST_RESPONSE, Clock.RESOLUTION)
    for clock in (Clock.FIRST_RESPONSE, Clock.RESOLUTION):
        case.breach(clock)
        case.follow()
    return case


def test_rules_that_ask_for_nothing_leave_all_that_was_done_as_a_difference() -> None:
    case = breached()
    result = tried_on([case], ())
    assert (result.tickets, result.recorded, result.would) == (1, 2, 0)
    first = case.events[2]
    assert result.differences[0] == Difference(
        Fired(
            str(T1),
            first.recorded_at,
            "breach",
            "breach/breached/first_response/1/0",
            Tier.SENIOR,
            Priority.P2,
            (OutwardAction.NOTIFY,),
        ),
        None,
    )


def test_what_a_changed_rule_would_have_done_goes_on_from_there() -> None:
    """Without the raise at the first breach, the second finds the ticket at P3 and at no level."""
    gentle = Rule(
        "breach",
        9,
        EscalationRule(When(Trigger.BREACHED), (RAISE, TELL_MANAGER), Conditions(), active=True),
    )
    late = Rule("breach", 9, replace(gentle.record, when=When(Trigger.BREACHED, clocks=(Clock.RESOLUTION,))))
    result = tried_on([breached()], (late,))
    gone, other, changed = result.differences
    assert gone.changed is None
    assert other.changed is None
    assert changed.recorded is None
    assert changed.changed is not None
    assert (changed.changed.key, changed.changed.raised) == ("breach/breached/resolution/1/0", Priority.P2)


def test_rules_that_a_difference_sets_off_in_turn_are_tried_too() -> None:
    page = Rule("after", 1, EscalationRule(When(Trigger.ESCALATED), (PAGE,)))
    result = tried_on([breached()], (*PRESET, page))
    assert [one.changed.rule_id for one in result.differences if one.changed is not None] == ["after", "after"]


def test_depth_ends_what_would_have_been_done_too() -> None:
    loop = Rule("loop", 1, EscalationRule(When(Trigger.ESCALATED), (RAISE,)))
    other = Rule("other", 1, EscalationRule(When(Trigger.ESCALATED), (RAISE,)))
    result = tried_on([breached()], (*PRESET, loop, other))
    assert result.would <= 6
