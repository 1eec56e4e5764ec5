"""Clocks: at risk, breached, revoked, silent; replies in whatever order they come to light."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.intake.domain.ticket import ClockState, Ticket
from shared.events.ticket_commands import (
    BreachSla,
    MarkAgentSilent,
    MarkSlaAtRisk,
    ReplyToRequester,
    RevokeSlaBreach,
    TargetSla,
)
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    RequesterReplied,
    TicketClosed,
    TicketEventData,
    TicketReopened,
    TicketResolved,
)
from shared.events.ticket_promises import AgentSilent, SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Channel, Clock, ClockTarget, CloseReason, Priority, SlaInputs
from tests.deciding import ASSIGNED, AT, FACTS, HOUR, OPENED, SAID, SLA, after, facts, given, refused, when, wish

DUE = AT + 4 * HOUR
INPUTS = SlaInputs(Priority.P3, Channel.WEB)
FIRST = ClockTarget(Clock.FIRST_RESPONSE, 1, AT, DUE, AT + 3 * HOUR)
NEXT = ClockTarget(Clock.NEXT_REPLY, 1, AT + HOUR, DUE)
SOLVE = ClockTarget(Clock.RESOLUTION, 1, AT, DUE)
PAUSED = ClockTarget(Clock.RESOLUTION, 1, AT, None, paused_at=AT, remaining=HOUR)


def targeted(*clocks: ClockTarget) -> SlaTargeted:
    return SlaTargeted("standard", 1, None, 1, INPUTS, clocks)


def state(ticket: Ticket, clock: Clock) -> ClockState:
    found = ticket.clock(clock)
    assert found is not None
    return found


def replied(ticket: Ticket, occurred: float, arrived: float) -> Ticket:
    """After a public reply that occurred and arrived so many hours after the opening."""
    command = wish(ReplyToRequester(SAID), at=AT + arrived * HOUR, occurred_at=AT + occurred * HOUR)
    return after(ticket, when(ticket, command))


WAITING = given(OPENED, ASSIGNED, targeted(FIRST, NEXT))
BREACH = BreachSla(Clock.FIRST_RESPONSE, 1, DUE)
AT_RISK = MarkSlaAtRisk(Clock.FIRST_RESPONSE, 1, DUE)


def test_at_risk_is_marked_once_when_it_is_time() -> None:
    assert refused(WAITING, wish(AT_RISK, actor=SLA, at=AT + 2.9 * HOUR)).code == "not_due"
    events = when(WAITING, wish(AT_RISK, actor=SLA, at=AT + 3 * HOUR))
    assert facts(events) == [SlaAtRisk(Clock.FIRST_RESPONSE, 1, DUE, FACTS)]
    marked = after(WAITING, events)
    assert state(marked, Clock.FIRST_RESPONSE) == ClockState(FIRST, at_risk=True)
    assert when(marked, wish(AT_RISK, actor=SLA, at=DUE)) == ()


def test_a_clock_that_was_met_or_has_no_such_time_is_not_at_risk() -> None:
    met = replied(WAITING, 1, 1)
    assert refused(met, wish(AT_RISK, actor=SLA, at=DUE)).code == "clock_met"
    never = MarkSlaAtRisk(Clock.NEXT_REPLY, 1, DUE)
    assert refused(WAITING, wish(never, actor=SLA, at=DUE)).code == "not_due"


def test_a_breached_clock_is_no_longer_at_risk() -> None:
    breached = given(OPENED, ASSIGNED, targeted(FIRST), SlaBreached(Clock.FIRST_RESPONSE, 1, DUE))
    assert when(breached, wish(AT_RISK, actor=SLA, at=DUE)) == ()


@pytest.mark.parametrize("asked", [BreachSla, MarkSlaAtRisk])
@pytest.mark.parametrize(
    ("clocks", "clock", "instance", "due"),
    [
        ((FIRST,), Clock.RESOLUTION, 1, DUE),
        ((FIRST,), Clock.FIRST_RESPONSE, 2, DUE),
        ((FIRST,), Clock.FIRST_RESPONSE, 1, DUE - HOUR),
        ((PAUSED,), Clock.RESOLUTION, 1, DUE),
        ((), Clock.FIRST_RESPONSE, 1, DUE),
    ],
)
def test_a_fire_for_what_is_not_current_is_refused(
    asked: type[BreachSla | MarkSlaAtRisk],
    clocks: tuple[ClockTarget, ...],
    clock: Clock,
    instance: int,
    due: datetime,
) -> None:
    ticket = given(OPENED, ASSIGNED, targeted(*clocks))
    assert refused(ticket, wish(asked(clock, instance, due), actor=SLA, at=DUE + HOUR)).code == "clock_not_current"


def test_a_breach_is_due_at_the_very_moment_and_a_reply_of_that_moment_is_in_time() -> None:
    broken = SlaBreached(Clock.FIRST_RESPONSE, 1, DUE, FACTS)
    assert facts(when(WAITING, wish(BREACH, actor=SLA, at=DUE))) == [broken]
    assert refused(replied(WAITING, 4, 4), wish(BREACH, actor=SLA, at=DUE)).code == "clock_met"


def test_the_earliest_reply_counts_whichever_came_to_light_first() -> None:
    late_first = replied(replied(WAITING, 5, 5), 2, 6)
    assert state(late_first, Clock.FIRST_RESPONSE).met_at == AT + 2 * HOUR
    assert refused(late_first, wish(BREACH, actor=SLA, at=AT + 7 * HOUR)).code == "clock_met"
    assert state(replied(replied(WAITING, 2, 2), 5, 5), Clock.FIRST_RESPONSE).met_at == AT + 2 * HOUR


def test_a_reply_from_before_a_clock_began_does_not_meet_it() -> None:
    early = replied(WAITING, 0.5, 2)
    assert state(early, Clock.NEXT_REPLY).met_at is None
    assert state(early, Clock.FIRST_RESPONSE).met_at == AT + 0.5 * HOUR


def test_a_reply_in_time_that_arrives_late_revokes_each_reply_clock_it_answers() -> None:
    breached = given(
        OPENED,
        ASSIGNED,
        targeted(FIRST, NEXT),
        SlaBreached(Clock.FIRST_RESPONSE, 1, DUE),
        SlaBreached(Clock.NEXT_REPLY, 1, DUE),
    )
    reply = wish(ReplyToRequester(SAID), at=AT + 6 * HOUR, occurred_at=AT + HOUR / 2)
    assert facts(when(breached, reply)) == [
        AgentReplied(SAID, first_response=True),
        SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, DUE, AT + HOUR / 2),
    ]
    reply = wish(ReplyToRequester(SAID), at=AT + 6 * HOUR, occurred_at=AT + HOUR)
    events = when(breached, reply)
    assert facts(events)[1:] == [
        SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, DUE, AT + HOUR),
        SlaBreachRevoked(Clock.NEXT_REPLY, 1, DUE, AT + HOUR),
    ]
    assert [clock.breached for clock in after(breached, events).clocks] == [False, False]


@pytest.mark.parametrize(
    ("met", "outcome"), [(4.1, "too_late"), (-0.1, "too_early"), (4.0, ""), (0.0, "")], ids=str
)
def test_a_breach_is_revoked_by_what_happened_while_the_clock_ran(met: float, outcome: str) -> None:
    breached = given(OPENED, ASSIGNED, targeted(SOLVE), SlaBreached(Clock.RESOLUTION, 1, DUE))
    command = wish(RevokeSlaBreach(Clock.RESOLUTION, 1, AT + met * HOUR), actor=SLA, at=AT + 9 * HOUR)
    if outcome:
        assert refused(breached, command).code == outcome
        return
    events = when(breached, command)
    assert facts(events) == [SlaBreachRevoked(Clock.RESOLUTION, 1, DUE, AT + met * HOUR)]
    assert state(after(breached, events), Clock.RESOLUTION) == ClockState(SOLVE, met_at=AT + met * HOUR)
    assert when(after(breached, events), command) == ()


def test_what_is_not_breached_or_not_current_cannot_be_revoked() -> None:
    assert when(WAITING, wish(RevokeSlaBreach(Clock.FIRST_RESPONSE, 1, AT), actor=SLA)) == ()
    for asked in (RevokeSlaBreach(Clock.FIRST_RESPONSE, 2, AT), RevokeSlaBreach(Clock.RESOLUTION, 1, AT)):
        assert refused(WAITING, wish(asked, actor=SLA)).code == "clock_not_current"
    paused = given(OPENED, targeted(PAUSED))
    assert refused(paused, wish(RevokeSlaBreach(Clock.RESOLUTION, 1, AT), actor=SLA)).code == "clock_not_current"


def test_a_resolution_meets_what_runs_and_a_reopening_runs_the_resolution_clock_again() -> None:
    history: list[TicketEventData] = [OPENED, ASSIGNED, targeted(FIRST, SOLVE), TicketResolved(1, "ada")]
    assert [clock.met_at for clock in given(*history).clocks] == [AT, AT]
    reopened = given(*history, TicketReopened(1))
    assert state(reopened, Clock.RESOLUTION).met_at is None
    assert state(reopened, Clock.FIRST_RESPONSE).met_at == AT


def test_a_ticket_closed_as_spam_is_not_breached_by_a_clock_due_later() -> None:
    spam = given(OPENED, ASSIGNED, targeted(FIRST), TicketClosed(CloseReason.SPAM))
    assert refused(spam, wish(BREACH, actor=SLA, at=DUE + HOUR)).code == "clock_met"


def test_a_new_target_of_the_same_instance_keeps_what_was_recorded_of_it() -> None:
    later = replace(FIRST, due_at=DUE + HOUR)
    moved = given(
        OPENED,
        ASSIGNED,
        targeted(FIRST),
        SlaAtRisk(Clock.FIRST_RESPONSE, 1, DUE),
        AgentReplied(SAID),
        targeted(later),
    )
    assert state(moved, Clock.FIRST_RESPONSE) == ClockState(later, at_risk=True, met_at=AT)
    again = replace(NEXT, instance=2)
    assert given(OPENED, targeted(NEXT), AgentReplied(SAID), targeted(again)).clocks == (ClockState(again),)


def test_a_target_after_the_first_response_is_met_by_it() -> None:
    answered = given(OPENED, ASSIGNED, AgentReplied(SAID, first_response=True), targeted(FIRST))
    assert answered.clocks == (ClockState(FIRST, met_at=AT),)


ASKED = TargetSla("standard", 1, None, 1, INPUTS, (FIRST, NEXT))


def test_the_same_targets_again_change_nothing() -> None:
    assert when(WAITING, wish(ASKED, actor=SLA)) == ()
    other_inputs = replace(ASKED, inputs=replace(INPUTS, tags=("vip",)), reason="tagged")
    assert when(WAITING, wish(other_inputs, actor=SLA)) == ()
    fewer = replace(ASKED, clocks=(FIRST,), reason="met")
    assert facts(when(WAITING, wish(fewer, actor=SLA))) == [replace(targeted(FIRST), reason="met")]


def test_that_nothing_is_promised_is_on_record_once() -> None:
    nothing = TargetSla("", 0, None, 1, INPUTS, (), directory_offset=4)
    opened = given(OPENED, ASSIGNED)
    events = when(opened, wish(nothing, actor=SLA))
    assert facts(events) == [SlaTargeted("", 0, None, 1, INPUTS, (), directory_offset=4)]
    assert when(after(opened, events), wish(nothing, actor=SLA)) == ()


def test_the_same_clocks_on_a_new_basis_are_on_record_once() -> None:
    waiting = given(OPENED, ASSIGNED, targeted(FIRST, NEXT), CustomerAwaited())
    asked = replace(ASKED, basis=4)
    events = when(waiting, wish(asked, actor=SLA))
    assert facts(events) == [replace(targeted(FIRST, NEXT), basis=4)]
    assert when(after(waiting, events), wish(asked, actor=SLA)) == ()


@pytest.mark.parametrize(
    "terms",
    [
        {"policy_id": "gold"},
        {"policy_version": 2},
        {"calendar_id": "weekdays"},
        {"calendar_version": 4},
        {"directory_offset": 7},
    ],
    ids=str,
)
def test_the_same_clocks_by_another_promise_are_on_record_once(terms: dict[str, Any]) -> None:
    asked = replace(ASKED, **terms)
    events = when(WAITING, wish(asked, actor=SLA))
    assert facts(events) == [replace(targeted(FIRST, NEXT), **terms)]
    assert when(after(WAITING, events), wish(asked, actor=SLA)) == ()


def test_a_breached_clock_keeps_its_due_time() -> None:
    breached = given(OPENED, ASSIGNED, targeted(FIRST, NEXT), SlaBreached(Clock.FIRST_RESPONSE, 1, DUE))
    for moved in (replace(FIRST, due_at=DUE + HOUR), replace(FIRST, due_at=None, paused_at=AT, remaining=HOUR)):
        command = wish(replace(ASKED, clocks=(moved, NEXT)), actor=SLA)
        assert refused(breached, command).code == "clock_breached"
        assert facts(when(WAITING, command)) == [targeted(moved, NEXT)]
    for other in (replace(FIRST, goal=HOUR), replace(FIRST, instance=2, due_at=DUE + HOUR)):
        assert facts(when(breached, wish(replace(ASKED, clocks=(other,)), actor=SLA))) == [targeted(other)]


def test_a_clock_that_was_stopped_is_met_then() -> None:
    stopped = replace(SOLVE, stopped_at=AT + HOUR)
    assert given(OPENED, targeted(stopped)).clocks == (ClockState(stopped, met_at=AT + HOUR),)
    known = given(OPENED, targeted(SOLVE), TicketResolved(1, "ada"), targeted(stopped))
    assert known.clocks == (ClockState(stopped, met_at=AT),), "what the ticket knows of it stays"
    breach = wish(BreachSla(Clock.RESOLUTION, 1, DUE), actor=SLA, at=DUE)
    assert refused(given(OPENED, targeted(stopped)), breach).code == "clock_met"


@pytest.mark.parametrize("asked", [BREACH, AT_RISK], ids=["breach", "at risk"])
def test_a_fire_on_an_old_basis_waits_for_what_happened_since(asked: BreachSla | MarkSlaAtRisk) -> None:
    waiting = given(OPENED, ASSIGNED, targeted(FIRST), CustomerAwaited())
    stale = wish(replace(asked, basis=1), actor=SLA, at=DUE)
    assert refused(waiting, stale).code == "stale_basis"
    current = wish(replace(asked, basis=4), actor=SLA, at=DUE)
    assert [type(fact) for fact in facts(when(waiting, current))] in ([SlaBreached], [SlaAtRisk])


def test_silence_is_recorded_once_for_each_length_and_not_before() -> None:
    half, whole = MarkAgentSilent(AT, 30), MarkAgentSilent(AT, 60)
    ticket = given(OPENED, ASSIGNED)
    assert refused(ticket, wish(half, actor=SLA, at=AT + 0.4 * HOUR)).code == "not_due"
    events = when(ticket, wish(half, actor=SLA, at=AT + HOUR / 2))
    assert facts(events) == [AgentSilent(AT, 30, FACTS)]
    silent = after(ticket, events)
    assert when(silent, wish(half, actor=SLA)) == ()
    assert facts(when(silent, wish(whole, actor=SLA))) == [AgentSilent(AT, 60, FACTS)]


def test_an_answered_message_is_no_silence() -> None:
    ticket = replied(given(OPENED, ASSIGNED), 0.1, 0.1)
    assert refused(ticket, wish(MarkAgentSilent(AT, 30), actor=SLA)).code == "answered"
    asked = given(OPENED, RequesterReplied(SAID))
    assert asked.awaiting_since == AT, "the oldest unanswered message"
    assert refused(asked, wish(MarkAgentSilent(AT + HOUR / 4, 30), actor=SLA)).code == "answered"


def test_a_reply_older_than_the_message_does_not_answer_it() -> None:
    assert replied(given(OPENED, at=AT + HOUR), 0.5, 2).awaiting_since == AT + HOUR
