"""Escalations: once a key, three levels a ticket, and what is asked for outside of it."""

from dataclasses import replace

import pytest

from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_commands import EscalateTicket, ReopenTicket
from shared.events.ticket_events import TicketAssigned, TicketClosed, TicketEventData, TicketReopened
from shared.events.ticket_promises import EscalationActionRequested, TicketEscalated
from shared.events.ticket_values import (
    ActionRequest,
    Clock,
    CloseReason,
    OutwardAction,
    Priority,
    Requester,
    Sentiment,
    TicketFacts,
    Tier,
)
from tests.deciding import ADA, ASSIGNED, FACTS, OPENED, RESOLVED, SLA, after, facts, given, refused, when, wish

NOTIFY = ActionRequest(OutwardAction.NOTIFY, "resolution/1/notify", ("ada", "lea"))
PAGE = ActionRequest(OutwardAction.PAGE, "resolution/1/page")
RAISE = EscalateTicket(
    "resolution/1", "late", 4, Tier.SENIOR, raise_priority=True, clock=Clock.RESOLUTION, instance=1
)
TELL = EscalateTicket(
    "sentiment/1", "cross", 2, sentiment=Sentiment(-0.8, "vader", "3.3.2"), requests=(NOTIFY, PAGE)
)


@pytest.mark.parametrize(("priority", "raised"), [("P3", "P2"), ("P2", "P1"), ("P1", None)])
def test_a_rule_raises_the_priority_by_one_and_then_asks(priority: str, raised: str | None) -> None:
    now = Priority(priority)
    ticket = given(OPENED, ASSIGNED, PriorityChanged(now, Priority.P3))
    escalated = TicketEscalated(
        "resolution/1",
        "late",
        4,
        1,
        0,
        Tier.SENIOR,
        Clock.RESOLUTION,
        1,
        facts=replace(FACTS, priority=now),
    )
    changed = [] if raised is None else [PriorityChanged(Priority(raised), now, "escalated by late")]
    asked = [
        EscalationActionRequested("resolution/1", request, "late", 4, 1, Clock.RESOLUTION, 1)
        for request in (NOTIFY, PAGE)
    ]
    command = wish(replace(RAISE, requests=(NOTIFY, PAGE)), actor=SLA)
    assert facts(when(ticket, command)) == [escalated, *changed, *asked]


def test_a_rule_that_only_asks_leaves_the_level_and_asks_once() -> None:
    ticket = given(OPENED, ASSIGNED)
    events = when(ticket, wish(TELL, actor=SLA))
    assert facts(events) == [
        EscalationActionRequested("sentiment/1", request, "cross", 2, 0, sentiment=TELL.sentiment)
        for request in (NOTIFY, PAGE)
    ]
    told = after(ticket, events)
    assert (told.escalation_level, told.escalation_keys) == (0, ("sentiment/1",))
    assert when(told, wish(TELL, actor=SLA)) == ()


def test_a_reassignment_alone_is_a_level() -> None:
    events = when(given(OPENED), wish(EscalateTicket("k", "r", 1, Tier.LEAD), actor=SLA))
    nobody = TicketFacts(OPENED.priority, OPENED.channel)
    assert facts(events) == [TicketEscalated("k", "r", 1, 1, 0, Tier.LEAD, facts=nobody)]


def test_three_levels_a_ticket_and_once_a_key() -> None:
    ticket = given(OPENED, ASSIGNED)
    for level in (1, 2, 3):
        rule = wish(replace(RAISE, key=f"first_response/{level}", requests=(PAGE,)), actor=SLA)
        events = when(ticket, rule)
        ticket = after(ticket, events)
        assert (ticket.escalation_level, ticket.escalation_keys[-1]) == (level, f"first_response/{level}")
        assert when(ticket, rule) == ()
    assert ticket.priority is Priority.P1
    assert len(ticket.escalation_keys) == 3
    assert refused(ticket, wish(replace(RAISE, key="again"), actor=SLA)).code == "depth_reached"
    late = wish(replace(RAISE, key="late", requests=(PAGE,)), actor=SLA)
    assert facts(when(ticket, late)) == [
        EscalationActionRequested("late", PAGE, "late", 4, 3, Clock.RESOLUTION, 1)
    ], "people are told all the same"
    asked = EscalationActionRequested("sentiment/1", PAGE, "cross", 2, 3)
    only_asks = replace(TELL, requests=(PAGE,), sentiment=None)
    assert facts(when(ticket, wish(only_asks, actor=SLA))) == [asked], "the level does not bind it"


def test_only_services_escalate_and_a_closed_ticket_is_left_alone() -> None:
    assert refused(given(OPENED, ASSIGNED), wish(RAISE, actor=ADA)).code == "forbidden"
    closed = given(OPENED, TicketClosed(CloseReason.SPAM))
    assert refused(closed, wish(RAISE, actor=SLA)).code == "ticket_closed"
    late = wish(replace(RAISE, requests=(PAGE,)), actor=SLA)
    assert facts(when(closed, late)) == [
        EscalationActionRequested(RAISE.key, PAGE, RAISE.rule_id, 4, 0, Clock.RESOLUTION, 1)
    ], "people are told of a breach that came to light after the close"


def test_facts_say_how_the_ticket_stood() -> None:
    opened = replace(
        OPENED, requester=Requester("rita", organisation="acme"), category="vpn", team_id="support", tags=("vip",)
    )
    history: list[TicketEventData] = [
        opened,
        TicketAssigned("ada"),
        RESOLVED,
        TicketReopened(1),
        replace(RESOLVED, resolution=2),
    ]
    (reopened,) = facts(when(given(*history), wish(ReopenTicket())))
    stood = TicketFacts(
        OPENED.priority,
        OPENED.channel,
        "vpn",
        "acme",
        "support",
        "ada",
        ("vip",),
        reopenings=2,
        escalation_level=0,
    )
    assert reopened == TicketReopened(2, facts=stood)
    (escalated, _) = facts(when(given(*history), wish(RAISE, actor=SLA)))
    assert isinstance(escalated, TicketEscalated)
    assert escalated.facts == replace(stood, reopenings=1), "the second resolution still holds"
