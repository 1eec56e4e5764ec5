"""Who waits, why, in which order they are served, and what time alone opens to them."""

from datetime import time, timedelta

from services.router.domain.decisions import Queue, Reserve
from services.router.domain.routing import Routing
from shared.events.agent import AgentLimitSet
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_records import Category, RequiredSkill, Team
from shared.events.routing import (
    AgentRecorded,
    TicketDue,
    TicketMoved,
    TicketPropertiesChanged,
)
from shared.events.routing_values import QueueReason
from shared.events.ticket_values import Priority, Status, Tier
from tests.routing import AT, MINUTE, SECOND, T1, T2, T3, Log, given_to, queued

UUID_BUSY = T1.__class__(int=99)


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


def test_a_skill_that_someone_gains_opens_what_waits_for_it(log: Log) -> None:
    log.say("categories/printer", Category("support", (RequiredSkill("printer"),)))
    log.agent("ada")
    assert queued(log.ticket(T1, category="printer")) == (QueueReason.NO_SKILL, ("printer",))
    assert given_to(log.say("agents/ada", AgentRecorded("support", Tier.AGENT, {"printer": 1}))) == ["ada"]


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


def test_nothing_is_wanted_of_time_where_nothing_waits() -> None:
    assert Routing().wanted_tick() is None


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
