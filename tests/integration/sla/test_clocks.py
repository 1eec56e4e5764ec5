"""Clocks on real servers: targets come at once, each time fires once and never early, and a reply in time wins."""

from datetime import timedelta
from uuid import uuid4

from shared.events.directory_promises import EscalationRule, EscalationStep, Trigger, When
from shared.events.ticket_commands import ClaimTicket, ReplyToRequester, ResolveTicket
from shared.events.ticket_events import TicketClosed, TicketOpened, TicketResolved
from shared.events.ticket_promises import AgentSilent, SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Clock, CloseReason
from shared.runtime.settings import Settings
from tests.integration.sla.conftest import MINUTE, SECOND, ago, at_work, of, opened, promise, save
from tests.processing import ADA, eventually, send
from tests.projecting import said


def test_what_is_promised_is_on_record_within_a_second(desk: Settings) -> None:
    with at_work(desk):
        save(desk, ("policies/house", promise(first=30, resolution=60)))
        ticket = opened(desk)
        (targeted,) = eventually(lambda: of(desk, ticket, SlaTargeted))
        (opening,) = of(desk, ticket, TicketOpened)
    assert targeted.recorded_at - opening.recorded_at < SECOND
    assert targeted.data.policy_id == "house"
    assert [(one.clock, one.due_at) for one in targeted.data.clocks] == [
        (Clock.FIRST_RESPONSE, opening.occurred_at + 30 * MINUTE),
        (Clock.RESOLUTION, opening.occurred_at + 60 * MINUTE),
    ]


def test_each_time_fires_once_and_never_early(desk: Settings) -> None:
    with at_work(desk):
        save(desk, ("policies/house", promise(first=10)))
        ticket = opened(desk, 8 * MINUTE - 2 * SECOND)
        older = opened(desk, 10 * MINUTE - 4 * SECOND)
        (risk,) = eventually(lambda: of(desk, ticket, SlaAtRisk))
        (breach,) = eventually(lambda: of(desk, older, SlaBreached))
        (warned,) = of(desk, older, SlaAtRisk)
        (targeted,) = of(desk, ticket, SlaTargeted)
    (clock,) = targeted.data.clocks
    assert clock.at_risk_at is not None
    assert timedelta() <= risk.recorded_at - clock.at_risk_at <= 2 * SECOND
    assert timedelta() <= breach.recorded_at - breach.data.due_at <= 2 * SECOND
    assert warned.version < breach.version
    assert of(desk, ticket, SlaBreached) == []


def test_a_reply_in_time_wins_and_one_that_comes_to_light_late_revokes(desk: Settings) -> None:
    with at_work(desk):
        save(desk, ("policies/house", promise(first=10)))
        ticket, late = opened(desk, 10 * MINUTE - 4 * SECOND), opened(desk, 11 * MINUTE)
        eventually(lambda: of(desk, ticket, SlaAtRisk))
        send(desk, [ago(ReplyToRequester(said("It is on its way.")), ticket, ADA, timedelta(milliseconds=1))])
        (breach,) = eventually(lambda: of(desk, late, SlaBreached))
        send(desk, [ago(ReplyToRequester(said("I wrote it at once.")), late, ADA, 5 * MINUTE)])
        (revoked,) = eventually(lambda: of(desk, late, SlaBreachRevoked))
        other = opened(desk, 11 * MINUTE)
        eventually(lambda: of(desk, other, SlaBreached))
        assert of(desk, ticket, SlaBreached) == []
    assert revoked.data.due_at == breach.data.due_at
    assert revoked.data.met_at < breach.data.due_at


def test_a_resolved_ticket_is_closed_when_its_hold_is_over(desk: Settings) -> None:
    with at_work(desk):
        ticket = opened(desk, desk.hold + MINUTE)
        send(desk, [ago(ClaimTicket(uuid4()), ticket, ADA, desk.hold)])
        send(desk, [ago(ResolveTicket(), ticket, ADA, desk.hold - 4 * SECOND)])
        (closed,) = eventually(lambda: of(desk, ticket, TicketClosed))
        (resolved,) = of(desk, ticket, TicketResolved)
    assert closed.data.reason is CloseReason.AUTO_CLOSE
    assert timedelta() <= closed.recorded_at - (resolved.occurred_at + desk.hold) <= 2 * SECOND


def test_a_rule_that_wants_to_know_of_silence_is_told_once(desk: Settings) -> None:
    """Also of tickets that were there before the rule."""
    rule = EscalationRule(When(Trigger.SILENT, minutes=2), (EscalationStep.NOTIFY_ASSIGNEE,))
    with at_work(desk):
        before = opened(desk, 3 * MINUTE)
        eventually(lambda: of(desk, before, SlaTargeted))
        save(desk, ("rules/silence", rule))
        ticket = opened(desk, 2 * MINUTE - 3 * SECOND)
        (silent,) = eventually(lambda: of(desk, ticket, AgentSilent))
        eventually(lambda: of(desk, before, AgentSilent))
        (opening,) = of(desk, ticket, TicketOpened)
    assert (silent.data.since, silent.data.minutes) == (opening.occurred_at, 2)
    assert timedelta() <= silent.recorded_at - (opening.occurred_at + 2 * MINUTE) <= 2 * SECOND
