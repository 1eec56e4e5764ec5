"""Each clock by itself: what starts, stops, pauses and moves it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.sla.domain.targets import Reapply, targets
from services.sla.domain.ticket import Recorded, TicketClocks
from shared.events.directory_promises import Conditions, OnReopen, SlaPolicy, Target
from shared.events.envelope import Origin
from shared.events.ticket_commands import (
    AddNote,
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    ChangeTicket,
    CloseTicket,
    EscalateTicket,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    ResumeTicket,
    TargetSla,
)
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_values import Channel, Clock, ClockTarget, CloseReason, Priority, Requester, Status
from tests.clock_log import AT, DAY, HOUR, MINUTE, Log, books, put
from tests.deciding import IMPORTER, LEA, OPEN, RITA, SAID, SLA, SLOT

FIRST, NEXT, SOLVE = Clock.FIRST_RESPONSE, Clock.NEXT_REPLY, Clock.RESOLUTION
TARGETS = (
    Target(Priority.P1, 60, 30, 240),
    Target(Priority.P2, 240, 120, 1440),
    Target(Priority.P3, 1440, 1440, 7200),
)
STANDARD = SlaPolicy(TARGETS)
VIPS = Conditions(categories=("vip",))


def log(policy: SlaPolicy = STANDARD, *, lags: bool = False) -> Log:
    """A P3 ticket with an agent."""
    made = Log(books({"policies/standard": policy}), lags=lags).open()
    made.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
    return made


def state(made: Log) -> TicketClocks:
    assert made.state is not None
    return made.state


def test_an_opening_starts_first_response_and_resolution() -> None:
    assert log().clocks() == {
        FIRST: ClockTarget(FIRST, 1, AT, AT + DAY, AT + 0.8 * DAY, goal=DAY),
        SOLVE: ClockTarget(SOLVE, 1, AT, AT + 5 * DAY, AT + 4 * DAY, goal=5 * DAY),
    }


def test_the_first_public_reply_stops_first_response_for_good() -> None:
    made = log()
    made.say(ReplyToRequester(SAID), after=HOUR)
    stopped = ClockTarget(FIRST, 1, AT, AT + DAY, AT + 0.8 * DAY, goal=DAY, stopped_at=AT + HOUR)
    assert made.clock(FIRST) == stopped
    made.say(ResolveTicket(), after=HOUR)
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    assert made.clock(FIRST) == stopped


def test_first_response_is_not_paused() -> None:
    made = log()
    made.say(AwaitCustomer(), after=HOUR)
    assert made.clock(FIRST).due_at == AT + DAY
    assert made.clock(SOLVE).due_at is None


def test_next_reply_starts_with_the_oldest_unanswered_message_after_the_first_response() -> None:
    made = log()
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    assert NEXT not in made.clocks()
    made.say(ReplyToRequester(SAID), after=HOUR)
    assert NEXT not in made.clocks()
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    first = ClockTarget(NEXT, 1, AT + 3 * HOUR, AT + 27 * HOUR, AT + 3 * HOUR + 0.8 * DAY, goal=DAY)
    assert made.clock(NEXT) == first
    made.say(ReplyToRequester(SAID), after=HOUR)
    assert made.clock(NEXT) == replace(first, stopped_at=AT + 5 * HOUR)
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    assert (made.clock(NEXT).instance, made.clock(NEXT).started_at) == (2, AT + 6 * HOUR)


def test_waiting_for_the_customer_pauses_and_their_message_resumes() -> None:
    made = log()
    made.say(ReplyToRequester(SAID))
    made.say(AwaitCustomer(), after=10 * HOUR)
    paused = made.clock(SOLVE)
    assert (paused.due_at, paused.at_risk_at) == (None, None)
    assert (paused.paused_at, paused.remaining) == (AT + 10 * HOUR, 110 * HOUR)
    made.say(ReplyAsRequester(SAID), after=DAY, actor=RITA)
    assert made.clock(SOLVE) == ClockTarget(SOLVE, 1, AT, AT + 6 * DAY, AT + 5 * DAY, goal=5 * DAY)


def test_pending_internal_pauses_where_the_policy_says_so() -> None:
    made = log()
    made.say(AwaitInternal(), after=HOUR)
    assert made.clock(SOLVE).due_at == AT + 5 * DAY
    both = replace(STANDARD, paused_while=(Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL))
    made = log(both)
    made.say(AwaitInternal(), after=HOUR)
    made.say(AwaitCustomer(), after=HOUR)
    assert (made.clock(SOLVE).paused_at, made.clock(SOLVE).remaining) == (AT + HOUR, 119 * HOUR)
    made.say(ResumeTicket(), after=HOUR)
    assert made.clock(SOLVE).due_at == AT + 5 * DAY + 2 * HOUR


def test_next_reply_is_paused_too_and_starts_paused_where_the_ticket_is() -> None:
    made = log(replace(STANDARD, paused_while=(Status.PENDING_INTERNAL,)))
    made.say(ReplyToRequester(SAID))
    made.say(AwaitInternal(), after=HOUR)
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    assert (made.clock(NEXT).paused_at, made.clock(NEXT).remaining) == (AT + 2 * HOUR, DAY)
    made.say(ResumeTicket(), after=HOUR)
    assert made.clock(NEXT).due_at == AT + 3 * HOUR + DAY


def test_a_reopening_resumes_resolution_with_what_was_left() -> None:
    made = log()
    made.say(ResolveTicket(), after=DAY)
    assert made.clock(SOLVE).stopped_at == AT + DAY
    made.say(ReopenTicket(), after=DAY)
    assert made.clock(SOLVE) == ClockTarget(SOLVE, 1, AT, AT + 6 * DAY, AT + 5 * DAY, goal=5 * DAY)


def test_a_reopening_restarts_resolution_where_the_policy_says_so() -> None:
    made = log(replace(STANDARD, on_reopen=OnReopen.RESTART))
    made.say(ResolveTicket(), after=DAY)
    made.say(ReplyAsRequester(SAID), after=DAY, actor=RITA)
    again = AT + 2 * DAY
    assert made.clock(SOLVE) == ClockTarget(SOLVE, 2, again, again + 5 * DAY, again + 4 * DAY, goal=5 * DAY)
    assert made.clock(NEXT) == ClockTarget(NEXT, 1, again, again + DAY, again + 0.8 * DAY, goal=DAY)
    made.say(AwaitCustomer(), after=DAY)
    assert (made.clock(SOLVE).instance, made.clock(SOLVE).remaining) == (2, 4 * DAY)


def test_a_restart_after_two_reopenings_that_were_not_recorded_counts_both() -> None:
    made = log(replace(STANDARD, on_reopen=OnReopen.RESTART))
    made.lags = True
    for _ in range(2):
        made.say(ResolveTicket(), after=HOUR)
        made.say(ReopenTicket(), after=HOUR)
    made.settle()
    assert (made.clock(SOLVE).instance, made.clock(SOLVE).started_at) == (3, AT + 4 * HOUR)


def test_a_ticket_that_was_reopened_and_resolved_before_either_is_recorded_has_had_the_time_between() -> None:
    made = log()
    made.say(ResolveTicket(), after=DAY)
    made.lags = True
    made.say(ReopenTicket(), after=DAY)
    made.say(ResolveTicket(), after=DAY)
    made.settle()
    solved = ClockTarget(SOLVE, 1, AT, AT + 6 * DAY, AT + 5 * DAY, goal=5 * DAY, stopped_at=AT + 3 * DAY)
    assert made.clock(SOLVE) == solved


def test_a_change_of_priority_or_category_is_worked_out_from_the_clock_s_own_history() -> None:
    vip = SlaPolicy((Target(Priority.P2, 90, 60, 600),), 1, Conditions(categories=("vip",)))
    made = Log(books({"policies/standard": STANDARD, "policies/vip": vip})).open()
    made.say(ChangeTicket(priority=Priority.P2), after=HOUR)
    assert (made.clock(FIRST).due_at, made.clock(SOLVE).due_at) == (AT + 4 * HOUR, AT + DAY)
    made.say(ChangeTicket(category="vip"), after=MINUTE)
    assert (made.clock(FIRST).due_at, made.clock(SOLVE).due_at) == (AT + 1.5 * HOUR, AT + 10 * HOUR)
    made.say(ChangeTicket(priority=Priority.P3), after=MINUTE)
    assert made.clocks() == {}, "for that priority the policy promises nothing"


def test_what_is_stopped_keeps_its_due_time_whatever_is_changed_later() -> None:
    made = log()
    made.say(ReplyToRequester(SAID), after=2 * HOUR)
    before = made.clock(FIRST)
    made.say(ChangeTicket(priority=Priority.P1), after=HOUR)
    assert made.clock(FIRST) == before


def test_what_was_stopped_before_a_change_rests_on_what_held_then_even_if_recorded_later() -> None:
    made = log()
    made.lags = True
    made.say(ReplyToRequester(SAID), after=2 * HOUR)
    made.say(ChangeTicket(priority=Priority.P1), after=HOUR)
    made.settle()
    assert (made.clock(FIRST).due_at, made.clock(FIRST).stopped_at) == (AT + DAY, AT + 2 * HOUR)
    assert [fire.clock for fire in made.due()] == [SOLVE, SOLVE]


def test_a_breached_clock_keeps_its_due_time() -> None:
    made = log()
    made.pass_time(25 * HOUR)
    made.say(ChangeTicket(priority=Priority.P1))
    assert made.clock(FIRST).due_at == AT + DAY
    assert made.clock(SOLVE).due_at == AT + 4 * HOUR


def test_a_due_time_that_passed_during_an_outage_is_kept_and_breached() -> None:
    made = log()
    made.say(ChangeTicket(priority=Priority.P1))
    made.lags = True
    made.say(ChangeTicket(priority=Priority.P3), after=2 * HOUR)
    made.lags = False
    made.settle()
    assert made.clock(FIRST).due_at == AT + HOUR
    assert made.clock(SOLVE).due_at == AT + 5 * DAY
    assert [(fire.kind, fire.clock) for fire in made.pass_time(timedelta())] == [
        ("at_risk", FIRST),
        ("breach", FIRST),
    ]


def escalate(made: Log, clock: Clock | None, key: str = "k") -> None:
    instance = None if clock is None else made.clock(clock).instance
    made.say(EscalateTicket(key, "r", 1, raise_priority=True, clock=clock, instance=instance), actor=SLA)


def test_a_raise_by_an_escalation_leaves_its_own_clock_and_never_shortens_below_the_new_target() -> None:
    made = log()
    made.pass_time(0.9 * DAY)
    escalate(made, FIRST)
    assert made.clock(FIRST) == ClockTarget(FIRST, 1, AT, AT + DAY, AT + 0.8 * DAY, goal=DAY, fixed=True)
    moved = made.clock(SOLVE)
    assert (moved.due_at, moved.goal, moved.fixed) == (AT + 1.9 * DAY, 1.9 * DAY, False)


def test_a_raised_clock_keeps_what_it_got_through_a_pause() -> None:
    made = log()
    made.pass_time(0.9 * DAY)
    escalate(made, FIRST)
    made.say(AwaitCustomer(), after=HOUR)
    made.say(ResumeTicket(), after=HOUR)
    assert made.clock(SOLVE).due_at == AT + 1.9 * DAY + HOUR
    assert made.clock(FIRST).fixed


def test_a_second_raise_adds_to_the_first() -> None:
    made = log()
    made.pass_time(0.9 * DAY)
    escalate(made, FIRST)
    made.pass_time(HOUR)
    escalate(made, SOLVE, "again")
    assert (made.clock(FIRST).due_at, made.clock(FIRST).fixed) == (AT + DAY, True)
    assert (made.clock(SOLVE).due_at, made.clock(SOLVE).fixed) == (AT + 1.9 * DAY, True)


def test_a_raise_without_a_clock_moves_all() -> None:
    made = log()
    made.pass_time(HOUR)
    escalate(made, None)
    assert (made.clock(FIRST).due_at, made.clock(SOLVE).due_at) == (AT + 5 * HOUR, AT + 25 * HOUR)


def test_a_clock_that_starts_after_a_raise_has_the_new_priority_s_time() -> None:
    made = log()
    made.say(ReplyToRequester(SAID))
    escalate(made, SOLVE)
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    assert made.clock(NEXT).due_at == AT + 3 * HOUR


def test_a_priority_set_by_a_person_ends_what_a_raise_left() -> None:
    made = log()
    made.pass_time(HOUR)
    escalate(made, FIRST)
    made.say(ChangeTicket(priority=Priority.P1))
    assert (made.clock(FIRST).due_at, made.clock(FIRST).fixed) == (AT + HOUR, False)
    assert made.clock(SOLVE).due_at == AT + 4 * HOUR


@pytest.mark.parametrize(
    "edit",
    [ChangeTicket(add_tags=("seen",)), ChangeTicket(category="paper"), ChangeTicket(team_id="print")],
    ids=["tag", "category", "team"],
)
def test_an_edit_of_tags_category_or_team_leaves_what_a_raise_gave(edit: ChangeTicket) -> None:
    made = log()
    made.pass_time(2 * DAY)
    escalate(made, FIRST)
    before = made.clocks()
    assert before[SOLVE].due_at == AT + 3 * DAY
    made.say(edit, after=HOUR)
    assert made.clocks() == before


def test_after_a_raise_another_category_s_time_is_counted_from_the_raise() -> None:
    vip = SlaPolicy((Target(Priority.P2, 90, 60, 600), Target(Priority.P3, 180, 90, 900)), 1, VIPS)
    made = Log(books({"policies/standard": STANDARD, "policies/vip": vip})).open()
    made.pass_time(HOUR)
    escalate(made, FIRST)
    made.say(ChangeTicket(category="vip"), after=HOUR)
    assert (made.clock(FIRST).due_at, made.clock(FIRST).fixed) == (AT + 3 * HOUR, True)
    assert made.clock(SOLVE).due_at == AT + 11 * HOUR


def test_a_change_of_priority_in_its_own_right_is_no_raise() -> None:
    made = log()
    escalate(made, FIRST)
    made.say(ChangeTicket(priority=Priority.P1), after=HOUR)
    assert (made.clock(FIRST).due_at, made.clock(FIRST).fixed) == (AT + HOUR, False)


def test_a_ticket_goes_by_the_policies_of_its_first_target_until_they_are_applied_again() -> None:
    made = log()
    stricter = SlaPolicy((Target(Priority.P3, 60, 60, 600), Target(Priority.P2, 30, 30, 300)))
    put(made.books, "policies/standard", stricter, 2)
    made.say(ChangeTicket(priority=Priority.P2), after=MINUTE)
    assert made.clock(FIRST).due_at == AT + 4 * HOUR
    applied = targets(state(made), made.books, Reapply(made.books.offset, "the new year"))
    assert applied is not None
    assert (applied.policy_version, applied.directory_offset, applied.reason) == (2, 1, "the new year")
    assert [one.due_at for one in applied.clocks] == [AT + HOUR / 2, AT + 5 * HOUR]
    made.say(applied, actor=SLA)
    made.say(ChangeTicket(priority=Priority.P3))
    assert made.clock(FIRST).due_at == AT + HOUR
    assert targets(state(made), made.books, Reapply(made.books.offset)) is None


def test_an_edit_that_nobody_applies_changes_nothing() -> None:
    made = log()
    put(made.books, "policies/standard", None, 2)
    made.say(ChangeTicket(priority=Priority.P2))
    assert made.clock(FIRST).due_at == AT + 4 * HOUR


def test_a_ticket_that_is_promised_nothing_goes_by_no_policy_that_comes_later() -> None:
    vip = SlaPolicy((Target(Priority.P3, 90, 60, 600),), 1, VIPS)
    made = Log(books({"policies/vip": vip})).open()
    assert state(made).recorded == Recorded("", 0, None, None, 1, 0)
    put(made.books, "policies/all", STANDARD, 1)
    made.say(AddNote(SAID), actor=LEA)
    assert targets(state(made), made.books) is None
    made.say(ChangeTicket(add_tags=("a",)), after=HOUR)
    assert made.clocks() == {}
    applied = targets(state(made), made.books, Reapply(made.books.offset, "for all"))
    assert applied is not None
    assert [one.due_at for one in applied.clocks] == [AT + DAY, AT + 5 * DAY]
    made.say(ChangeTicket(category="vip"))
    recorded = state(made).recorded
    assert recorded is not None
    assert (recorded.policy_id, recorded.directory_offset) == ("vip", 0), "what its own inputs ask for then"
    assert (made.clock(FIRST).due_at, made.clock(SOLVE).due_at) == (AT + 1.5 * HOUR, AT + 10 * HOUR)


def test_a_ticket_from_before_any_policy_goes_by_none_until_it_is_applied() -> None:
    made = Log(books({})).open()
    assert state(made).recorded == Recorded("", 0, None, None, 1, -1)
    put(made.books, "policies/all", STANDARD, 1)
    made.say(ReplyToRequester(SAID), after=HOUR)
    assert made.clocks() == {}
    applied = targets(state(made), made.books, Reapply(0, "for all"))
    assert applied is not None
    made.say(applied, actor=SLA)
    assert list(made.clocks()) == [FIRST, SOLVE]


def test_a_change_that_moves_no_due_time_is_recorded_as_the_basis_and_only_once() -> None:
    made = log()
    for command, actor in (
        (ChangeTicket(add_tags=("a",)), LEA),
        (ReplyAsRequester(SAID), RITA),
        (AwaitInternal(), LEA),
        (ReplyToRequester(SAID), LEA),
        (ReplyToRequester(SAID), LEA),
    ):
        before = state(made).basis
        made.say(command, actor=actor, after=MINUTE)
        recorded = state(made).recorded
        assert recorded is not None
        assert recorded.basis == state(made).basis > before
        assert targets(state(made), made.books) is None


def test_where_no_policy_holds_there_are_no_clocks_but_those_that_are_stopped() -> None:
    made = Log(
        books({"policies/only": replace(STANDARD, conditions=Conditions(priorities=(Priority.P3,)))})
    ).open()
    made.say(ReplyToRequester(SAID), after=HOUR)
    made.say(ChangeTicket(priority=Priority.P1))
    assert list(made.clocks()) == [FIRST]
    recorded = state(made).recorded
    assert recorded is not None
    assert (recorded.policy_id, recorded.policy_version) == ("", 0)
    assert Log(books({})).open().clocks() == {}


def test_a_close_ends_everything() -> None:
    made = log()
    made.say(CloseTicket(CloseReason.SPAM), actor=LEA, after=HOUR)
    assert (made.state, made.due()) == (None, ())


ROW = ImportTicket(
    source="old",
    external="1",
    row=1,
    subject=OPEN.subject,
    description=OPEN.description,
    requester=Requester("rita"),
    status=Status.OPEN,
    channel=Channel.EMAIL,
    priority=Priority.P3,
    opened_at=AT - 300 * DAY,
    assignee_id="ada",
)


def imported(row: ImportTicket, *, imports: bool = False) -> Log:
    made = Log(books({"policies/standard": STANDARD}), (30,), imports=imports)
    made.say(row, actor=IMPORTER, origin=Origin.IMPORT)
    return made


def test_an_import_starts_no_clock_and_closes_nothing() -> None:
    made = imported(ROW)
    assert (made.clocks(), made.due()) == ({}, ())
    made = imported(replace(ROW, status=Status.RESOLVED, resolved_at=AT - 100 * DAY))
    assert (made.clocks(), made.due()) == ({}, ())


def test_where_imports_are_timed_one_starts_clocks_as_of_its_own_times() -> None:
    made = imported(replace(ROW, opened_at=AT - 2 * HOUR), imports=True)
    begun = AT - 2 * HOUR
    assert made.clocks() == {
        FIRST: ClockTarget(FIRST, 1, begun, begun + DAY, begun + 0.8 * DAY, goal=DAY),
        SOLVE: ClockTarget(SOLVE, 1, begun, begun + 5 * DAY, begun + 4 * DAY, goal=5 * DAY),
    }
    made.say(ReplyToRequester(SAID), after=HOUR)
    assert made.clock(FIRST).stopped_at == AT + HOUR
    assert [(fire.kind, fire.clock) for fire in made.pass_time(6 * DAY)] == [("at_risk", SOLVE), ("breach", SOLVE)]


def test_where_imports_are_timed_an_imported_resolution_that_was_late_is_breached_and_closed() -> None:
    late = replace(ROW, status=Status.RESOLVED, resolved_at=AT - 100 * DAY)
    made = imported(late, imports=True)
    assert made.clock(SOLVE).stopped_at is not None
    assert [(fire.kind, fire.clock) for fire in made.due()][:3] == [
        ("breach", FIRST),
        ("breach", SOLVE),
        ("close", None),
    ]


def test_what_happens_live_on_an_imported_ticket_counts() -> None:
    made = imported(ROW)
    made.say(ReplyAsRequester(SAID), after=HOUR, actor=RITA)
    assert made.clocks() == {
        NEXT: ClockTarget(NEXT, 1, AT + HOUR, AT + 25 * HOUR, AT + HOUR + 0.8 * DAY, goal=DAY)
    }
    assert made.pass_time(HOUR / 2 - MINUTE) == []
    assert [(fire.kind, fire.mark) for fire in made.pass_time(MINUTE)] == [("silent", AT - 300 * DAY)]
    made.say(ResolveTicket(), after=HOUR)
    assert [fire.kind for fire in made.due()] == ["close"]


def test_the_basis_is_the_decider_s() -> None:
    made = log(lags=True)
    for command, actor in (
        (ReplyToRequester(SAID), LEA),
        (ReplyAsRequester(SAID), RITA),
        (AwaitCustomer(), LEA),
        (ChangeTicket(add_tags=("a",), category="c", team_id="t", priority=Priority.P1), LEA),
        (ResolveTicket(), LEA),
    ):
        made.say(command, actor=actor, after=MINUTE)
        assert made.ticket is not None
        assert state(made).basis == made.ticket.sla_basis


def test_a_target_is_asked_for_with_all_that_a_replay_needs() -> None:
    made = log(lags=True)
    target = targets(state(made), made.books)
    assert isinstance(target, TargetSla)
    assert (target.policy_id, target.policy_version, target.calendar_id, target.calendar_version) == (
        "standard",
        1,
        None,
        None,
    )
    assert (target.basis, target.directory_offset, target.inputs) == (1, 0, state(made).inputs)
