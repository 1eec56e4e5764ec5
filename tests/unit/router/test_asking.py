"""Slots that are asked for: once, again when nobody answers, and not of those who declined."""

import pytest

from services.router.domain.decisions import Reserve
from shared.events.agent import AgentStatus, AgentStatusSet, ReleaseReason
from shared.events.routing import (
    TicketLeft,
    TicketPropertiesChanged,
    TicketTaken,
)
from shared.events.routing_values import LeftOut, QueueReason
from shared.events.ticket_values import Priority
from tests.routing import MINUTE, SECOND, STEP, T1, T2, Log, given_to, queued


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


def test_what_is_delivered_again_decides_nothing(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    for one in log.recorded:
        assert log.routing.apply(one.request, one.appended_at, one.position) == []


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


def test_a_broken_request_is_refused_each_time_and_loses_nothing_that_time_brought(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.now += 2 * SECOND
    for _ in range(2):
        with pytest.raises(ValueError, match="badly formed"):
            log.say("no-ticket", TicketLeft())
    assert given_to(log.say("ada", AgentStatusSet(AgentStatus.ONLINE))) == ["ada"]
