"""What fires when: warnings, breaches, silences and the end of the hold, each once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.sla.domain.commands import fire_command, target_command
from services.sla.domain.fires import Fire, FireKind, fires
from services.sla.domain.targets import targets
from shared.events.directory_promises import OnReopen, SlaPolicy, Target
from shared.events.ticket_commands import (
    AssignTicket,
    AwaitCustomer,
    BreachSla,
    ChangeTicket,
    CloseTicket,
    MarkAgentSilent,
    MarkSlaAtRisk,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    RevokeSlaBreach,
    TicketCommandData,
)
from shared.events.ticket_events import AgentReplied
from shared.events.ticket_promises import SlaBreached
from shared.events.ticket_values import Clock, CloseReason, Priority
from tests.clock_log import AT, HOLD, HOUR, MINUTE, Log, books
from tests.deciding import LEA, RITA, SAID, SLA, SLOT, TICKET

FIRST, NEXT, SOLVE = Clock.FIRST_RESPONSE, Clock.NEXT_REPLY, Clock.RESOLUTION
POLICY = SlaPolicy((Target(Priority.P3, 60, 30, 600), Target(Priority.P1, 10, 10, 100)))
AT_RISK = Fire(FireKind.AT_RISK, AT + 48 * MINUTE, FIRST, 1, AT + HOUR)
BREACH = Fire(FireKind.BREACH, AT + HOUR, FIRST, 1, AT + HOUR)
SOLVE_AT_RISK = Fire(FireKind.AT_RISK, AT + 8 * HOUR, SOLVE, 1, AT + 10 * HOUR)
SOLVE_BREACH = Fire(FireKind.BREACH, AT + 10 * HOUR, SOLVE, 1, AT + 10 * HOUR)


def log(*silences: int) -> Log:
    made = Log(books({"policies/p": POLICY}), silences).open()
    made.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
    return made


def test_what_may_fire_is_told_in_due_order() -> None:
    silent = Fire(FireKind.SILENT, AT + 50 * MINUTE, None, 50, AT)
    assert log(50).due() == (AT_RISK, silent, BREACH, SOLVE_AT_RISK, SOLVE_BREACH)


def test_each_fires_once_at_its_time() -> None:
    made = log(50)
    assert made.pass_time(48 * MINUTE - timedelta(microseconds=1)) == []
    assert made.pass_time(timedelta(microseconds=1)) == [AT_RISK]
    assert [fire.kind for fire in made.pass_time(20 * HOUR)] == ["silent", "breach", "at_risk", "breach"]
    assert made.pass_time(1000 * HOUR) == []


def test_after_an_outage_all_that_is_due_fires_in_due_order() -> None:
    made = log()
    made.now += 9 * HOUR
    assert made.pass_time(timedelta()) == [AT_RISK, BREACH, SOLVE_AT_RISK]


def test_a_reply_in_time_cancels_warning_and_breach() -> None:
    made = log(50)
    made.say(ReplyToRequester(SAID), after=HOUR / 2)
    assert made.due() == (SOLVE_AT_RISK, SOLVE_BREACH)


def test_a_reply_at_the_very_due_time_is_in_time() -> None:
    made = log()
    made.say(ReplyToRequester(SAID), after=HOUR)
    assert made.due() == (SOLVE_AT_RISK, SOLVE_BREACH)


def test_a_late_reply_does_not_hide_the_breach_and_there_is_nothing_left_to_warn_of() -> None:
    made = log()
    told = made.say(ReplyToRequester(SAID), after=HOUR + MINUTE)
    assert [type(event.data) for event in told] == [AgentReplied, SlaBreached]
    assert made.due() == (SOLVE_AT_RISK, SOLVE_BREACH)


def test_a_late_reply_on_a_target_that_lags_is_asked_for_once_it_is_current() -> None:
    made = log()
    made.lags = True
    made.say(ReplyAsRequester(SAID), actor=RITA)
    made.say(ReplyToRequester(SAID), after=HOUR + MINUTE)
    made.lags = False
    made.settle()
    assert made.due() == (BREACH, SOLVE_AT_RISK, SOLVE_BREACH)
    made.fire(BREACH)
    assert made.due() == (SOLVE_AT_RISK, SOLVE_BREACH)


def test_the_next_message_after_a_late_reply_hides_no_breach() -> None:
    made = log()
    made.say(ReplyToRequester(SAID))
    made.lags = True
    made.say(ReplyAsRequester(SAID), actor=RITA)
    made.settle()
    made.say(ReplyToRequester(SAID), after=HOUR)
    made.say(ReplyAsRequester(SAID), actor=RITA, after=HOUR)
    made.settle()
    assert (made.clock(NEXT).instance, breached(made)) == (2, [(NEXT, 1)])


def test_a_restart_after_a_late_resolution_hides_no_breach() -> None:
    made = Log(books({"policies/p": replace(POLICY, on_reopen=OnReopen.RESTART)})).open()
    made.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
    made.say(ReplyToRequester(SAID))
    made.lags = True
    made.say(ResolveTicket(), after=11 * HOUR)
    made.say(ReopenTicket(), after=HOUR)
    made.settle()
    assert (made.clock(SOLVE).instance, breached(made)) == (2, [(SOLVE, 1)])


def breached(made: Log) -> list[tuple[Clock, int]]:
    return [(one.data.clock, one.data.instance) for one in made.events if isinstance(one.data, SlaBreached)]


def test_a_reply_that_comes_to_light_late_takes_the_breach_back_for_good() -> None:
    made = log()
    made.pass_time(2 * HOUR)
    made.say(ReplyToRequester(SAID), ago=90 * MINUTE)
    assert made.state is not None
    history = made.state.clock(FIRST)
    assert history is not None
    assert (history.breached, history.stopped_at) == (False, AT + HOUR / 2)
    made.say(ChangeTicket(priority=Priority.P1))
    assert [fire for fire in made.due() if fire.clock is FIRST] == []


def test_a_gateway_may_take_a_breach_back() -> None:
    made = log()
    made.pass_time(2 * HOUR)
    made.say(RevokeSlaBreach(FIRST, 1, AT + HOUR / 2), actor=SLA)
    assert [fire for fire in made.due() if fire.clock is FIRST] == []


def test_what_a_target_on_its_way_moves_does_not_fire() -> None:
    made = log()
    made.lags = True
    made.say(AwaitCustomer(), after=MINUTE)
    assert made.state is not None
    pending = targets(made.state, made.books)
    assert fires(made.state, HOLD, (), pending) == (AT_RISK, BREACH)
    assert fires(made.state, HOLD, ()) == (AT_RISK, BREACH, SOLVE_AT_RISK, SOLVE_BREACH)


def test_a_resolved_ticket_closes_when_its_hold_is_over_and_a_reopening_cancels_that() -> None:
    made = log()
    made.say(ResolveTicket(), after=HOUR / 2)
    close = Fire(FireKind.CLOSE, AT + HOUR / 2 + HOLD, None, 1, AT + HOUR / 2)
    assert made.due() == (close,)
    made.say(ReopenTicket(), after=HOUR)
    assert made.due() == (
        SOLVE_AT_RISK._replace(at=AT + 9 * HOUR, mark=AT + 11 * HOUR),
        SOLVE_BREACH._replace(at=AT + 11 * HOUR, mark=AT + 11 * HOUR),
    )
    made.say(ResolveTicket(), after=HOUR)
    assert made.pass_time(HOLD) == [Fire(FireKind.CLOSE, made.now, None, 2, made.now - HOLD)]
    assert made.state is None


def test_silence_counts_from_the_oldest_unanswered_message_and_ends_with_an_answer() -> None:
    made = log(30, 45)
    assert [(one.at, one.instance) for one in made.pass_time(40 * MINUTE)] == [(AT + 30 * MINUTE, 30)]
    made.say(ReplyAsRequester(SAID), actor=RITA)
    assert [one.at for one in made.due() if one.kind is FireKind.SILENT] == [AT + 45 * MINUTE]
    made.say(ReplyToRequester(SAID))
    assert [one for one in made.due() if one.kind is FireKind.SILENT] == []
    made.say(ReplyAsRequester(SAID), actor=RITA, after=HOUR)
    asked = made.now
    assert [(one.at, one.mark) for one in made.due() if one.kind is FireKind.SILENT] == [
        (asked + 30 * MINUTE, asked),
        (asked + 45 * MINUTE, asked),
    ]


def test_what_broke_during_an_outage_is_recorded_after_the_ticket_s_end_and_then_nothing_is_kept() -> None:
    made = log()
    made.lags = True
    made.say(ReplyAsRequester(SAID), actor=RITA)
    made.say(ResolveTicket(), after=2 * HOUR)
    made.say(CloseTicket(CloseReason.CONFIRMED), actor=RITA, after=HOUR)
    made.lags = False
    assert made.due() == (BREACH,)
    assert made.pass_time(timedelta()) == [BREACH]
    assert made.state is None


def test_what_was_paused_when_it_would_have_been_due_is_not_broken_by_the_end() -> None:
    made = log()
    made.say(ReplyToRequester(SAID))
    made.lags = True
    made.say(AwaitCustomer(), after=HOUR)
    made.say(CloseTicket(CloseReason.SPAM), actor=LEA, after=11 * HOUR)
    assert (made.state, made.due()) == (None, ())


@pytest.mark.parametrize(
    ("fire", "wish"),
    [
        (AT_RISK, MarkSlaAtRisk(FIRST, 1, AT + HOUR, 7)),
        (BREACH, BreachSla(FIRST, 1, AT + HOUR, 7)),
        (Fire(FireKind.CLOSE, AT + HOLD, None, 1, AT), CloseTicket(CloseReason.AUTO_CLOSE)),
        (Fire(FireKind.SILENT, AT + HOUR, None, 60, AT), MarkAgentSilent(AT, 60)),
    ],
)
def test_a_fire_asks_for_what_it_is(fire: Fire, wish: TicketCommandData) -> None:
    command = fire_command(fire, TICKET, 9, 7, AT)
    assert (command.data, command.subject, command.actor) == (wish, str(TICKET), SLA)


def test_ids_follow_from_what_is_asked_and_the_version_that_was_seen() -> None:
    ids = [
        fire_command(fire, TICKET, version, 7, at).id
        for fire, version, at in [
            (AT_RISK, 9, AT),
            (AT_RISK, 9, AT + HOUR),
            (AT_RISK, 10, AT),
            (BREACH, 9, AT),
            (AT_RISK._replace(mark=AT), 9, AT),
            (AT_RISK._replace(instance=2), 9, AT),
        ]
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == len(ids) - 1


def test_a_target_names_the_event_that_led_to_it() -> None:
    made = log()
    made.lags = True
    made.say(ChangeTicket(priority=Priority.P1))
    assert made.state is not None
    target = targets(made.state, made.books)
    assert target is not None
    cause = replace(made.events[-1], correlation_id=UUID(int=5), trace="00-1-2-01")
    command = target_command(target, TICKET, made.state.version, AT, cause)
    assert (command.cause_id, command.correlation_id, command.trace) == (cause.id, UUID(int=5), "00-1-2-01")
    alone = target_command(target, TICKET, made.state.version, AT)
    assert (alone.id, alone.correlation_id, alone.cause_id) == (command.id, command.id, None)
