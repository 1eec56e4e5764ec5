"""Tickets that come back from agents who are away, and those that need nobody."""

from services.router.domain.decisions import Unassign
from shared.events.agent import AgentLimitSet
from shared.events.directory_hours import OutOfOffice
from shared.events.routing import (
    AgentRecorded,
    Presence,
    PresenceChanged,
    RecordForgotten,
    Side,
    TicketAnswered,
    TicketLeft,
    TicketMoved,
    TicketNoted,
    TicketPropertiesChanged,
    TicketTaken,
)
from shared.events.ticket_values import Priority, Status, Tier
from tests.routing import MINUTE, SECOND, T1, T2, Log, given_to


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
