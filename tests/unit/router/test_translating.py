"""What of a promise's events routing is told."""

from datetime import timedelta

from services.router.translating.tickets import request_of
from shared.events.routing import TicketDue, TicketRaised
from shared.events.ticket_promises import SlaTargeted, TicketEscalated
from shared.events.ticket_values import Channel, Clock, ClockTarget, Priority, SlaInputs, Tier
from tests.escalating import AT, event_of

HOUR = timedelta(hours=1)


def test_an_escalation_tells_the_tier_that_it_asks_for() -> None:
    assert request_of(event_of(TicketEscalated("key", "breach", 0, 1, 0, Tier.LEAD))) == TicketRaised(Tier.LEAD)
    assert request_of(event_of(TicketEscalated("key", "breach", 0, 1, 0))) is None


def test_the_earliest_due_time_is_that_of_a_clock_that_runs() -> None:
    clocks = (
        ClockTarget(Clock.FIRST_RESPONSE, 1, AT, AT + HOUR, stopped_at=AT),
        ClockTarget(Clock.NEXT_REPLY, 1, AT, None, paused_at=AT, remaining=HOUR),
        ClockTarget(Clock.RESOLUTION, 1, AT, AT + 4 * HOUR),
    )
    targeted = SlaTargeted("standard", 0, None, 1, SlaInputs(Priority.P3, Channel.WEB), clocks)
    assert request_of(event_of(targeted)) == TicketDue(AT + 4 * HOUR)
