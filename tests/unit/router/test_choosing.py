"""Who gets a ticket, and who is left out and why."""

from datetime import time

from services.router.domain.decisions import Reserve
from shared.events.agent import AgentLimitSet, AgentStatus, AgentStatusSet
from shared.events.directory_hours import OutOfOffice, Weekday, WorkingHours, WorkingSpan
from shared.events.directory_records import Category, RankBy, RequiredSkill, RoutingPolicy, Team
from shared.events.routing import (
    AgentRecorded,
    Presence,
    PresenceChanged,
    RecordForgotten,
    TicketLeft,
)
from shared.events.routing_values import Candidate, Explanation, LeftOut, QueueReason
from shared.events.ticket_values import Tier
from tests.routing import AT, MINUTE, T1, T2, T3, Log, given_to, left_out, queued


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


def test_a_tag_that_nobody_has_as_a_skill_is_a_label(log: Log) -> None:
    log.agent("ada")
    assert given_to(log.ticket(T1, tags=("vip",))) == ["ada"]


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
