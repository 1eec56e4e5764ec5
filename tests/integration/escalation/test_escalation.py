"""Broken promises on real servers: raised, told, given to a senior, once; across redelivery and restarts."""

import subprocess
import sys
from dataclasses import replace
from uuid import uuid4

from confluent_kafka import Consumer, TopicPartition

from services.escalation.group import GROUP, TOPICS
from shared.events.directory_promises import Conditions, EscalationRule, EscalationStep, Trigger, When
from shared.events.directory_records import Team
from shared.events.personal import Plain
from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_commands import ReplyAsRequester
from shared.events.ticket_events import TicketAssigned
from shared.events.ticket_promises import EscalationActionRequested, SlaBreached, TicketEscalated
from shared.events.ticket_values import (
    ActionRequest,
    BodyFormat,
    Clock,
    Message,
    OutwardAction,
    Priority,
    Tier,
)
from shared.runtime.groups import At, committed, ends
from shared.runtime.settings import Settings
from tests.integration.escalation.conftest import (
    ESCALATION,
    PROCESSOR,
    ROUTER,
    break_promise,
    somebody,
    told_of,
)
from tests.integration.router.conftest import beating, hire, online, save
from tests.processing import OPEN, RITA, agent_events, environment, eventually, read_all, send, wish
from tests.suite import running

KEY = "breach/breached/first_response/1/0"
NOTIFY = OutwardAction.NOTIFY


def test_a_breach_raises_tells_and_brings_a_senior(desk: Settings) -> None:
    ticket = uuid4()
    with running(desk, (PROCESSOR, ESCALATION, ROUTER)), beating(desk, "ada", "sam"):
        hire(desk, ada=somebody(), lea=somebody(Tier.LEAD), sam=somebody(Tier.SENIOR))
        save(desk, ("teams/support", Team("Support", ("lea",))))
        eventually(lambda: {event.subject for event in agent_events(desk)} >= {"ada", "sam", "lea"})
        online(desk, "ada")
        send(desk, [wish(replace(OPEN, team_id="support"), ticket, RITA)])
        eventually(lambda: [one.assignee_id for one in given(desk, ticket)] == ["ada"])
        online(desk, "sam")
        break_promise(desk, ticket)
        eventually(lambda: [one.assignee_id for one in given(desk, ticket)] == ["ada", "sam"])
    told = told_of(desk, ticket)
    breached = next(one for one in told if isinstance(one, SlaBreached))
    escalated, raised, asked, assigned = told[told.index(breached) + 1 :]
    assert breached.facts is not None
    assert escalated == TicketEscalated(
        KEY, "breach", 0, 1, 0, Tier.SENIOR, Clock.FIRST_RESPONSE, 1, facts=breached.facts
    )
    assert raised == PriorityChanged(Priority.P2, Priority.P3, "escalated by breach")
    request = ActionRequest(NOTIFY, f"{KEY}/notify", ("ada", "lea"))
    assert asked == EscalationActionRequested(
        key=KEY, request=request, rule_id="breach", rule_version=0, level=1, clock=Clock.FIRST_RESPONSE, instance=1
    )
    assert isinstance(assigned, TicketAssigned)
    assert assigned.previous_assignee_id == "ada"
    assert assigned.explanation is not None
    assert assigned.explanation.tier is Tier.SENIOR


def given(settings: Settings, ticket: object) -> list[TicketAssigned]:
    return [one for one in told_of(settings, ticket) if isinstance(one, TicketAssigned)]  # type: ignore[arg-type] # a UUID


def test_a_p1_breach_pages_and_read_again_nothing_happens_twice(desk: Settings) -> None:
    urgent, other = uuid4(), uuid4()
    with running(desk, (PROCESSOR,)):
        with running(desk, (ESCALATION,)):
            send(desk, [wish(replace(OPEN, priority=Priority.P1), urgent, RITA), wish(OPEN, other, RITA)])
            break_promise(desk, urgent, Priority.P1)
            break_promise(desk, other)
            eventually(lambda: any(paged(one) for one in told_of(desk, urgent)))
            eventually(lambda: any(isinstance(one, EscalationActionRequested) for one in told_of(desk, other)))
            eventually(lambda: caught_up(desk))
        before = told_of(desk, urgent), told_of(desk, other)
        assert not any(paged(one) for one in before[1])
        read_again(desk)
        sent = len(read_all(desk, "ticket.commands"))
        with running(desk, (ESCALATION,)):
            eventually(lambda: caught_up(desk) and len(read_all(desk, "ticket.commands")) >= sent + 3)
            eventually(lambda: len(read_all(desk, "ticket.outcomes")) >= len(read_all(desk, "ticket.commands")))
        assert (told_of(desk, urgent), told_of(desk, other)) == before


def paged(data: object) -> bool:
    return isinstance(data, EscalationActionRequested) and data.request.action is OutwardAction.PAGE


def caught_up(settings: Settings) -> bool:
    after, stands = ends(settings, TOPICS, At.END), committed(settings, GROUP, TOPICS)
    return all(end - (stands[place] or 0) <= 1 for place, end in after.items())


def read_again(settings: Settings) -> None:
    """The group stands at the beginning, as if nothing had ever been committed."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "group.id": settings.group(GROUP),
            "enable.auto.commit": False,
        }
    )
    try:
        places = [TopicPartition(topic, number, 0) for topic, number in ends(settings, TOPICS, At.END)]
        eventually(lambda: consumer.commit(offsets=places, asynchronous=False))
    finally:
        consumer.close()


def test_rules_of_the_directory_hold_instead_and_a_message_is_scored_where_one_asks(desk: Settings) -> None:
    ticket = uuid4()
    rule = EscalationRule(
        When(Trigger.SENTIMENT, below=-0.5),
        (EscalationStep.NOTIFY_MANAGER, EscalationStep.CALL_WEBHOOK),
        Conditions(teams=("support",)),
    )
    with running(desk, (PROCESSOR, ESCALATION)):
        hire(desk, lea=somebody(Tier.LEAD))
        save(desk, ("teams/support", Team("Support", ("lea",))), ("rules/angry", rule))
        eventually(lambda: len(read_all(desk, "directory.events")) == 4)
        send(desk, [wish(replace(OPEN, team_id="support", description=Plain("Hello.")), ticket, RITA)])
        break_promise(desk, ticket)
        angry = Message(Plain("<p>This is <b>terrible</b>. I am furious!</p>"), BodyFormat.HTML)
        send(desk, [wish(ReplyAsRequester(angry), ticket, RITA)])
        eventually(lambda: sum(isinstance(one, EscalationActionRequested) for one in told_of(desk, ticket)) == 2)
    saved = next(one for one in read_all(desk, "directory.events") if one.key() == b"rules/angry")
    version = (saved.offset() or 0) + 1
    asked = [one for one in told_of(desk, ticket) if isinstance(one, EscalationActionRequested)]
    assert [(one.request.action, one.request.recipients) for one in asked] == [
        (NOTIFY, ("lea",)),
        (OutwardAction.WEBHOOK, ("lea",)),
    ]
    (sentiment,) = {one.sentiment for one in asked}
    assert sentiment is not None
    assert (sentiment.score < -0.5, sentiment.model, sentiment.version) == (True, "vader", "3.3.2")
    assert {(one.rule_id, one.rule_version, one.level) for one in asked} == {("angry", version, 0)}
    assert not any(isinstance(one, TicketEscalated) for one in told_of(desk, ticket))


def test_without_offsets_it_stops_and_says_so(settings: Settings) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.escalation"],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "the escalation stops: the group escalation.v1 has no committed offset" in done.stderr
