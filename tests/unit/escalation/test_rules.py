"""Which rule an event sets off."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.escalation.domain.happening import happening_of
from services.escalation.domain.rule import Rule
from shared.events.directory_promises import Conditions, EscalationRule, Trigger, When
from shared.events.envelope import Origin
from shared.events.personal import Plain
from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_events import RequesterReplied, TicketEventData, TicketOpened, TicketReopened
from shared.events.ticket_promises import AgentSilent, SlaBreached, TicketEscalated
from shared.events.ticket_values import Channel, Clock, Message, Priority, Requester, Sentiment
from tests.escalating import AT_RISK, BREACHED, DUE, FACTS, PAGE, event_of

SILENT = AgentSilent(DUE, 30, FACTS)
REPLIED = RequesterReplied(Message(Plain("It burns.")), FACTS)
OPENED = TicketOpened("CF-13", Plain("Fire"), Plain("It burns."), Channel.WEB, Priority.P3, Requester("rita"))
REOPENED = TicketReopened(2, facts=replace(FACTS, reopenings=2))
ESCALATED = TicketEscalated("key", "breach", 0, 1, 0, facts=FACTS)


def sets_off(data: TicketEventData, when: When, conditions: Conditions | None = None) -> bool:
    rule = EscalationRule(when, (PAGE,), conditions or Conditions())
    happening = happening_of(event_of(data), Sentiment(0.0, "vader", "3.3.2"))
    assert happening is not None
    return Rule("mine", 0, rule).is_set_off(happening)


@pytest.mark.parametrize(
    ("data", "when"),
    [
        (BREACHED, When(Trigger.BREACHED)),
        (BREACHED, When(Trigger.BREACHED, clocks=(Clock.RESOLUTION, Clock.FIRST_RESPONSE))),
        (AT_RISK, When(Trigger.AT_RISK)),
        (SILENT, When(Trigger.SILENT, minutes=30)),
        (REPLIED, When(Trigger.SENTIMENT, below=0.1)),
        (OPENED, When(Trigger.SENTIMENT, below=0.1)),
        (REOPENED, When(Trigger.REOPENED, times=2)),
        (REOPENED, When(Trigger.REOPENED, times=1)),
        (ESCALATED, When(Trigger.ESCALATED)),
        (ESCALATED, When(Trigger.ESCALATED, by=("other", "breach"))),
    ],
)
def test_what_it_waits_for_sets_a_rule_off(data: TicketEventData, when: When) -> None:
    assert sets_off(data, when)


@pytest.mark.parametrize(
    ("data", "when"),
    [
        (BREACHED, When(Trigger.AT_RISK)),
        (BREACHED, When(Trigger.BREACHED, clocks=(Clock.RESOLUTION,))),
        (SILENT, When(Trigger.SILENT, minutes=60)),
        (REPLIED, When(Trigger.SENTIMENT, below=0.0)),
        (REOPENED, When(Trigger.REOPENED, times=3)),
        (ESCALATED, When(Trigger.ESCALATED, by=("other",))),
        (replace(ESCALATED, rule_id="mine"), When(Trigger.ESCALATED)),
    ],
)
def test_what_it_does_not_wait_for_sets_no_rule_off(data: TicketEventData, when: When) -> None:
    assert not sets_off(data, when)


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        (Conditions(priorities=(Priority.P3, Priority.P1)), True),
        (Conditions(priorities=(Priority.P1,)), False),
        (Conditions(categories=("printer",)), True),
        (Conditions(categories=("network",)), False),
        (Conditions(channels=(Channel.EMAIL,)), False),
        (Conditions(organisations=("acme",)), True),
        (Conditions(organisations=("umbrella",)), False),
        (Conditions(teams=("sales",)), False),
        (Conditions(tags=("vip", "office")), True),
        (Conditions(tags=("vip", "urgent")), False),
        (Conditions(categories=("printer",), teams=("sales",)), False),
    ],
)
def test_a_ticket_meets_each_condition_that_is_not_empty(conditions: Conditions, met: bool) -> None:  # noqa: FBT001 - what is expected
    facts = replace(FACTS, category="printer", organisation="acme", tags=("office", "vip"))
    breached = SlaBreached(Clock.RESOLUTION, 1, DUE, facts)
    assert sets_off(breached, When(Trigger.BREACHED), conditions) is met


def test_a_rule_that_is_not_active_is_never_set_off() -> None:
    happening = happening_of(event_of(BREACHED))
    assert happening is not None
    rule = Rule("mine", 7, EscalationRule(When(Trigger.BREACHED), (PAGE,), active=False))
    assert not rule.is_set_off(happening)


def test_without_a_score_no_sentiment_is_below_anything() -> None:
    happening = happening_of(event_of(REPLIED))
    assert happening is not None
    rule = EscalationRule(When(Trigger.SENTIMENT, below=1.0), (PAGE,))
    assert not Rule("mine", 7, rule).is_set_off(happening)


@pytest.mark.parametrize("data", [PriorityChanged(Priority.P2, Priority.P3), replace(BREACHED, facts=None)])
def test_other_events_and_those_without_facts_set_nothing_off(data: TicketEventData) -> None:
    assert happening_of(event_of(data)) is None


def test_an_import_tells_of_the_past() -> None:
    assert happening_of(event_of(BREACHED, origin=Origin.IMPORT)) is None


def test_each_instance_of_a_clock_and_each_message_is_a_happening_of_its_own() -> None:
    events = (
        event_of(BREACHED),
        event_of(replace(BREACHED, instance=2)),
        event_of(replace(BREACHED, clock=Clock.RESOLUTION)),
        event_of(REPLIED, version=6),
        event_of(REPLIED, version=7),
        event_of(OPENED, version=1),
        event_of(SILENT),
        event_of(replace(SILENT, since=DUE + timedelta(minutes=1))),
        event_of(replace(SILENT, minutes=60)),
        event_of(REOPENED),
        event_of(replace(REOPENED, facts=replace(FACTS, reopenings=3))),
    )
    found = [happening_of(event) for event in events]
    names = {(one.trigger, one.name) for one in found if one is not None}
    assert len(names) == len(events)
