"""Who gets a ticket, who is left out and why, and in which order those who wait are served."""

from datetime import time, timedelta

import pytest

from services.router.domain.decisions import Decision, Queue, Reserve, Unassign
from services.router.domain.routing import Routing
from shared.events.agent import AgentLimitSet, AgentStatus, AgentStatusSet, ReleaseReason
from shared.events.directory_records import (
    Category,
    OutOfOffice,
    RankBy,
    RequiredSkill,
    RoutingPolicy,
    Team,
    Weekday,
    WorkingHours,
    WorkingSpan,
)
from shared.events.routing import (
    AgentRecorded,
    Presence,
    PresenceChanged,
    RecordForgotten,
    Side,
    TicketAnswered,
    TicketDue,
    TicketLeft,
    TicketMoved,
    TicketNoted,
    TicketPropertiesChanged,
    TicketTaken,
)
from shared.events.routing_values import Candidate, Explanation, LeftOut, QueueReason
from shared.events.ticket_values import Priority, Status, Tier
from tests.routing import AT, MINUTE, SECOND, STEP, T1, T2, T3, Log


def given_to(decided: list[Decision]) -> list[str]:
    assert all(isinstance(one, Reserve) for one in decided), decided
    return [one.agent_id for one in decided if isinstance(one, Reserve)]


def queued(decided: list[Decision]) -> tuple[QueueReason, tuple[str, ...]]:
    (one,) = decided
    assert isinstance(one, Queue)
    return one.reason, one.missing


def left_out(decided: list[Decision]) -> dict[LeftOut, int]:
    (one,) = decided
    assert isinstance(one, Queue | Reserve)
    return one.explanation.left_out


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_decision_says_what_it_rested_on(log: Log) -> None:
    log.say("categories/printer", Category("support", (RequiredSkill("printer"),)))
    log.agent("ada", skills={"printer": 4})
    log.agent("ben", skills={"printer": 5}, max_load=2)
    log.agent("cem", skills={"network": 5})
    log.agent("dora", team="sales", skills={"printer": 5})
    (decision,) = log.ticket(T1, category="printer")
    assert decision == Reserve(
        T1,
        "ben",
        Explanation(
            position=17,
            decided_at=log.now,
            ticket_version=1,
            directory_offset=0,
            policy_version=0,
            team_id="support",
            required=("printer",),
            eligible=2,
            candidates=(Candidate("ben", 0, 2, 5), Candidate("ada", 0, 5, 4)),
            left_out={LeftOut.OTHER_TEAM: 1, LeftOut.SKILLS: 1},
        ),
    )


def test_the_less_loaded_comes_first_then_the_more_proficient_then_the_one_who_waited_longest(log: Log) -> None:
    log.agent("ada", skills={"printer": 4})
    log.agent("ben", skills={"printer": 3})
    log.agent("cem", skills={"printer": 3})
    takers = []
    for ticket in (T1, T2, T3):
        takers += given_to(log.ticket(ticket, tags=("printer",)))
        log.granted(ticket, takers[-1])
    assert takers == ["ada", "ben", "cem"]


def test_load_is_a_share_of_the_limit(log: Log) -> None:
    log.agent("ada", max_load=1)
    log.agent("ben", max_load=4)
    assert given_to(log.ticket(T1)) == ["ada"]
    assert given_to(log.ticket(T2)) == ["ben"]
    assert given_to(log.ticket(T3)) == ["ben"]


def test_the_policy_may_put_proficiency_first(log: Log) -> None:
    log.say("policies/routing", RoutingPolicy(rank=(RankBy.PROFICIENCY,)))
    log.agent("ada", skills={"printer": 5})
    log.agent("ben", skills={"printer": 1})
    assert given_to(log.ticket(T1, tags=("printer",))) == ["ada"]
    assert given_to(log.ticket(T2, tags=("printer",))) == ["ada"]


def test_weights_give_more_turns(log: Log) -> None:
    log.say("policies/routing", RoutingPolicy(rank=(RankBy.IDLE,), weights={"ada": 3}))
    log.agent("ada", max_load=100)
    log.agent("ben", max_load=100)
    takers = [given_to(log.ticket(T1.__class__(int=number)))[0] for number in range(1, 41)]
    assert (takers.count("ada"), takers.count("ben")) == (30, 10)


def test_each_is_left_out_for_the_first_reason_that_holds(log: Log) -> None:
    tuesdays = WorkingHours("Europe/Berlin", (WorkingSpan(Weekday.TUESDAY, time(9), time(17)),))
    log.agent("inactive")
    log.say("inactive", AgentLimitSet(5, active=False, directory_version=2))
    log.agent("elsewhere", team="sales")
    log.agent("out")
    log.say("agents/out", AgentRecorded("support", Tier.AGENT, {}, (), None, OutOfOffice(AT)))
    log.agent("tuesdays")
    log.say("agents/tuesdays", AgentRecorded("support", Tier.AGENT, {}, (), tuesdays))
    log.agent("busy")
    log.say("busy", AgentStatusSet(AgentStatus.BUSY))
    log.agent("silent")
    log.say("presence/silent", PresenceChanged(Presence.ABSENT, log.now))
    log.agent("english", languages=("en",))
    log.agent("unskilled", languages=("de",))
    log.agent("full", skills={"printer": 1}, languages=("de",), max_load=0)
    decided = log.ticket(T1, team="support", tags=("printer",), language="de")
    assert left_out(decided) == {
        LeftOut.INACTIVE: 1,
        LeftOut.OTHER_TEAM: 1,
        LeftOut.OUT_OF_OFFICE: 1,
        LeftOut.OUTSIDE_WORKING_HOURS: 1,
        LeftOut.NOT_ONLINE: 1,
        LeftOut.HEARTBEAT_STALE: 1,
        LeftOut.LANGUAGE: 1,
        LeftOut.SKILLS: 1,
        LeftOut.NO_FREE_SLOT: 1,
    }


def test_who_waits_is_told_why_once_a_reason(log: Log) -> None:
    assert queued(log.ticket(T1, team="support", tags=("printer",))) == (QueueReason.NO_TEAM_MEMBER, ())
    log.say("categories/any", Category("sales", (RequiredSkill("printer"),)))
    log.agent("ada", languages=("en",), there=False)
    assert queued(log.wait(5 * SECOND)) == (QueueReason.NO_SKILL, ("printer",))
    assert log.say("agents/ada", AgentRecorded("support", Tier.AGENT, {"printer": 1}, ("en",))) == []
    assert queued(log.wait(5 * SECOND)) == (QueueReason.NOBODY_AVAILABLE, ())
    assert queued(log.say(T1, TicketPropertiesChanged(language="de"))) == (QueueReason.NO_LANGUAGE, ())
    assert log.say(T1, TicketPropertiesChanged(priority=Priority.P2)) == []
    assert queued(log.say(T1, TicketPropertiesChanged(language="en"))) == (QueueReason.NOBODY_AVAILABLE, ())
    assert given_to(log.online("ada")) == ["ada"]


def test_a_free_slot_goes_to_the_first_of_all_who_wait(log: Log) -> None:
    log.agent("ada", max_load=1)
    log.ticket(UUID_BUSY)
    log.granted(UUID_BUSY, "ada")
    old, due, urgent = T1, T2, T3
    assert queued(log.ticket(old)) == (QueueReason.EVERYBODY_FULL, ())
    log.ticket(due)
    log.say(due, TicketDue(AT + 10 * MINUTE))
    log.ticket(urgent, Priority.P1)
    served = []
    taken = UUID_BUSY
    for _ in range(3):
        log.say(taken, TicketMoved(Status.RESOLVED))
        (decision,) = log.released(taken, "ada")
        assert isinstance(decision, Reserve)
        served.append(decision.ticket_id)
        taken = decision.ticket_id
        log.granted(taken, "ada")
    assert served == [urgent, due, old]


UUID_BUSY = T1.__class__(int=99)


def test_one_slot_is_asked_for_once_and_counts_at_once(log: Log) -> None:
    log.agent("ada", max_load=1)
    assert given_to(log.ticket(T1)) == ["ada"]
    assert queued(log.ticket(T2)) == (QueueReason.EVERYBODY_FULL, ())
    assert log.granted(T1, "ada") == []


def test_a_slot_that_was_not_granted_is_asked_for_again_under_another_id(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    assert given_to(log.wait(3 * SECOND)) == ["ada"]
    assert log.held(T1, "ada") == []
    assert log.wait(SECOND) == []
    assert log.say(T1, TicketTaken("ada", routed=True)) == []
    assert log.wait(MINUTE) == []


def test_a_declined_slot_is_free_again_and_a_ticket_that_was_taken_stays_where_it_is(log: Log) -> None:
    log.agent("ada", max_load=1)
    log.agent("ben", there=False)
    log.ticket(T1)
    log.held(T1, "ada")
    assert log.say(T1, TicketTaken("ben")) == []
    assert log.released(T1, "ada", ReleaseReason.DECLINED) == []
    assert given_to(log.ticket(T2)) == ["ada"]


def test_a_skill_that_someone_gains_opens_what_waits_for_it(log: Log) -> None:
    log.say("categories/printer", Category("support", (RequiredSkill("printer"),)))
    log.agent("ada")
    assert queued(log.ticket(T1, category="printer")) == (QueueReason.NO_SKILL, ("printer",))
    assert given_to(log.say("agents/ada", AgentRecorded("support", Tier.AGENT, {"printer": 1}))) == ["ada"]


def test_a_tag_that_nobody_has_as_a_skill_is_a_label(log: Log) -> None:
    log.agent("ada")
    assert given_to(log.ticket(T1, tags=("vip",))) == ["ada"]


def test_optional_skills_are_dropped_one_after_another_the_last_named_first(log: Log) -> None:
    skills = (RequiredSkill("printer"), RequiredSkill("laser", optional=True), RequiredSkill("a3", optional=True))
    log.say("categories/printer", Category("support", skills))
    log.agent("ada", skills={"printer": 1})
    assert queued(log.ticket(T1, category="printer")) == (QueueReason.NO_SKILL, ("laser", "a3"))
    assert queued(log.wait(5 * MINUTE)) == (QueueReason.NO_SKILL, ("laser",))
    (decision,) = log.wait(5 * MINUTE)
    assert isinstance(decision, Reserve)
    assert (decision.explanation.required, decision.explanation.dropped) == (("printer",), ("a3", "laser"))


def test_after_a_long_wait_the_leads_are_asked_or_those_of_the_fallback_team(log: Log) -> None:
    log.records(
        [
            ("teams/support", Team("Support", fallback_team_id="office")),
            ("teams/office", Team("Office", ("lea",), fallback_team_id="support")),
        ]
    )
    log.agent("ada", there=False)
    log.agent("lea", team="office")
    assert queued(log.ticket(T1, team="support")) == (QueueReason.NOBODY_AVAILABLE, ())
    assert log.wait(29 * MINUTE) == []
    (decision,) = log.wait(MINUTE)
    assert isinstance(decision, Reserve)
    assert (decision.agent_id, decision.explanation.to_leads) == ("lea", True)


def test_a_loop_of_fallback_teams_without_leads_ends(log: Log) -> None:
    log.records([("teams/a", Team("A", fallback_team_id="b")), ("teams/b", Team("B", fallback_team_id="a"))])
    log.ticket(T1, team="a")
    assert log.wait(60 * MINUTE) == []


def test_working_hours_begin_and_what_waits_is_given(log: Log) -> None:
    hours = WorkingHours("Europe/Berlin", (WorkingSpan(Weekday.MONDAY, time(11), time(12)),))
    log.agent("ada")
    log.say("agents/ada", AgentRecorded("support", Tier.AGENT, {}, (), hours))
    assert queued(log.ticket(T1)) == (QueueReason.NOBODY_AVAILABLE, ())
    assert log.wait(AT + timedelta(hours=1) - log.now - SECOND) == []
    assert given_to(log.wait(2 * SECOND)) == ["ada"]


def test_unanswered_tickets_of_one_who_is_long_away_go_to_others_and_answered_ones_stay(log: Log) -> None:
    log.agent("ada")
    for ticket in (T1, T2):
        log.ticket(ticket)
        log.granted(ticket, "ada")
    log.say(T2, TicketAnswered(Side.AGENT))
    log.agent("ben")
    log.say("presence/ada", PresenceChanged(Presence.ABSENT, log.now))
    assert log.wait(9 * MINUTE) == []
    assert log.wait(MINUTE) == [Unassign(T1, "ada", 1)]
    assert given_to(log.say(T1, TicketLeft())) == ["ben"]
    assert log.say(T2, TicketAnswered(Side.REQUESTER)) == [Unassign(T2, "ada", 3)]


def test_back_in_time_keeps_the_tickets(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    log.say("presence/ada", PresenceChanged(Presence.ABSENT, log.now))
    log.wait(9 * MINUTE)
    log.say("presence/ada", PresenceChanged(Presence.PRESENT, log.now))
    assert log.wait(60 * MINUTE) == []


def test_out_of_office_and_deactivation_take_effect_at_once(log: Log) -> None:
    for name, ticket in (("ada", T1), ("ben", T2)):
        log.agent(name)
        log.ticket(ticket)
        log.granted(ticket, name)
    away = AgentRecorded("support", Tier.AGENT, {}, (), None, OutOfOffice(log.now))
    assert log.say("agents/ada", away) == [Unassign(T1, "ada", 1)]
    assert log.say("agents/ben", RecordForgotten()) == [Unassign(T2, "ben", 1)]


def test_what_a_lead_gives_to_someone_away_stays_for_the_whole_wait(log: Log) -> None:
    log.agent("ada", there=False)
    log.ticket(T1)
    log.wait(60 * MINUTE)
    assert log.say(T1, TicketTaken("ada")) == []
    assert log.wait(9 * MINUTE) == []
    assert log.wait(MINUTE) == [Unassign(T1, "ada", 1)]


def test_a_ticket_that_waits_for_its_requester_needs_nobody_until_they_write(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    log.say(T1, TicketMoved(Status.PENDING_CUSTOMER))
    log.released(T1, "ada")
    assert log.say(T1, TicketLeft()) == []
    assert given_to(log.say(T1, TicketAnswered(Side.REQUESTER))) == ["ada"]


def test_a_solved_ticket_needs_nobody_and_a_reopened_one_whose_agent_left_does(log: Log) -> None:
    log.ticket(T1)
    log.say(T1, TicketMoved(Status.RESOLVED))
    assert log.agent("ada") == []
    assert given_to(log.say(T1, TicketMoved(Status.OPEN))) == ["ada"]


def test_a_closed_ticket_is_forgotten_and_what_is_told_late_is_no_news(log: Log) -> None:
    log.agent("ada", there=False)
    log.ticket(T1)
    log.say(T1, TicketMoved(Status.CLOSED))
    assert log.say(T1, TicketPropertiesChanged(priority=Priority.P1)) == []
    assert log.routing.state.tickets == {}
    assert log.online("ada") == []


def test_what_is_delivered_again_decides_nothing(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    for one in log.recorded:
        assert log.routing.apply(one.request, one.appended_at, one.position) == []


def test_nothing_is_wanted_of_time_where_nothing_waits() -> None:
    assert Routing().wanted_tick() is None


def test_a_slot_that_was_asked_for_in_vain_is_another_agents_next(log: Log) -> None:
    log.agent("ada")
    log.agent("ben")
    assert given_to(log.ticket(T1)) == ["ada"]
    (decision,) = log.wait(2 * SECOND)
    assert isinstance(decision, Reserve)
    assert (decision.agent_id, decision.explanation.left_out) == ("ben", {LeftOut.NO_ANSWER: 1})


def test_while_nobody_answers_tries_become_rare(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    assert len(log.wait(5 * MINUTE)) == 8  # after 2, 6, 14, 30 and 62 seconds, then every minute


def test_a_ticket_that_declined_rests_until_there_is_news_of_it_or_time_has_passed(log: Log) -> None:
    log.agent("ada")
    for ticket in (T1, T2):
        log.ticket(ticket)
        log.held(ticket, "ada")
        assert log.released(ticket, "ada", ReleaseReason.DECLINED) == []
    assert given_to(log.say(T1, TicketPropertiesChanged(priority=Priority.P1))) == ["ada"]
    (decision,) = log.wait(2 * SECOND - STEP)
    assert isinstance(decision, Reserve)
    assert decision.ticket_id == T2


def test_while_its_slot_is_granted_a_ticket_is_waited_for(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.held(T1, "ada")
    assert log.wait(59 * SECOND) == []
    assert given_to(log.wait(SECOND)) == ["ada"]


def test_leads_who_cannot_be_asked_are_passed_over_for_those_of_the_fallback_team(log: Log) -> None:
    log.records(
        [
            ("teams/support", Team("Support", ("lea",), fallback_team_id="office")),
            ("teams/office", Team("Office", ("olga",))),
        ]
    )
    log.agent("lea", there=False)
    log.agent("olga", team="office")
    log.ticket(T1, team="support")
    (decision,) = log.wait(30 * MINUTE)
    assert isinstance(decision, Reserve)
    assert (decision.agent_id, decision.explanation.team_id) == ("olga", "office")


def test_a_ticket_of_no_team_is_anybodys_and_falls_back_to_any_lead(log: Log) -> None:
    log.say("categories/printer", Category("support", (RequiredSkill("printer"),)))
    log.say("teams/sales", Team("Sales", ("lea",)))
    log.agent("lea", team="sales")
    log.ticket(T1, tags=("printer",))
    assert given_to(log.wait(30 * MINUTE)) == ["lea"]


def test_away_is_counted_from_the_last_heartbeat(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    log.wait(5 * MINUTE)
    log.say("presence/ada", PresenceChanged(Presence.ABSENT, log.now - MINUTE))
    assert log.wait(9 * MINUTE - SECOND) == []
    assert log.wait(SECOND) == [Unassign(T1, "ada", 1)]


def test_taking_from_the_absent_is_tried_again_and_at_once_where_more_was_said(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    log.say("agents/ada", RecordForgotten())
    assert log.say(T1, TicketNoted()) == [Unassign(T1, "ada", 2)]
    assert log.wait(2 * SECOND) == [Unassign(T1, "ada", 2)]
    assert log.say(T1, TicketAnswered(Side.AGENT)) == []
    assert log.wait(60 * MINUTE) == []


def test_a_reopened_ticket_of_one_who_has_left_is_routed_again(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    log.say(T1, TicketAnswered(Side.AGENT))
    log.say(T1, TicketMoved(Status.RESOLVED))
    assert log.say("ada", AgentLimitSet(5, active=False, directory_version=2)) == []
    assert log.say(T1, TicketMoved(Status.OPEN)) == [Unassign(T1, "ada", 4)]


def test_of_whom_nothing_is_known_yet_tickets_stay_for_the_whole_wait(log: Log) -> None:
    """Topics have no common order: the directory's word of an agent may come after their tickets."""
    log.ticket(T1)
    log.say(T1, TicketTaken("ada"))
    log.say("agents/ada", AgentRecorded("support", Tier.AGENT, {}))
    assert log.wait(9 * MINUTE) == []
    log.say("ada", AgentLimitSet(5, active=True, directory_version=1))
    log.online("ada")
    assert log.wait(60 * MINUTE) == []


def test_an_unknown_agent_team_or_record_is_nobodys_trouble(log: Log) -> None:
    log.agent("ada", team="nowhere")
    log.say("teams/support", Team("Support", ("nobody",), fallback_team_id="nowhere"))
    log.say("rules/printer", RecordForgotten())
    log.say(T1, TicketLeft())
    log.ticket(T2, team="support")
    assert log.wait(60 * MINUTE) == []


def test_a_lowered_limit_takes_nothing_away_and_lets_nothing_in(log: Log) -> None:
    log.agent("ada", max_load=2)
    for ticket in (T1, T2):
        log.ticket(ticket)
        log.granted(ticket, "ada")
    assert log.say("ada", AgentLimitSet(1, active=True, directory_version=2)) == []
    assert queued(log.ticket(T3)) == (QueueReason.EVERYBODY_FULL, ())
    assert log.released(T1, "ada") == []
    assert given_to(log.released(T2, "ada")) == ["ada"]


def test_thousands_who_wait_are_told_why_a_hundred_at_a_time_in_each_line(log: Log) -> None:
    log.agent("ada", there=False)
    tickets = [T1.__class__(int=number) for number in range(1, 251)]
    for ticket in tickets:
        log.ticket(ticket)
    log.say("ada", AgentLimitSet(0, active=True, directory_version=2))
    log.online("ada")
    told = [log.wait(5 * SECOND) for _ in range(4)]
    assert [len(one) for one in told] == [100, 100, 50, 0]
    assert {one.ticket_id for some in told for one in some if isinstance(one, Queue)} == set(tickets)


def test_ticks_are_wanted_while_tickets_wait_and_for_what_time_brings(log: Log) -> None:
    log.agent("ada", max_load=1)
    assert log.routing.wanted_tick() is None
    log.ticket(T1)
    assert log.routing.wanted_tick() == log.now + 2 * SECOND
    log.granted(T1, "ada")
    assert log.routing.wanted_tick() is None
    log.wait(10 * SECOND)
    log.ticket(T2)
    assert log.routing.wanted_tick() == log.now + 5 * SECOND


def test_a_broken_request_is_refused_each_time_and_loses_nothing_that_time_brought(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.now += 2 * SECOND
    for _ in range(2):
        with pytest.raises(ValueError, match="badly formed"):
            log.say("no-ticket", TicketLeft())
    assert given_to(log.say("ada", AgentStatusSet(AgentStatus.ONLINE))) == ["ada"]
