"""What stops a clock too late records the breach beside it, so that no next start can hide it."""

from datetime import timedelta

import pytest

from services.intake.domain.ticket import Ticket
from shared.events.envelope import Actor, Origin
from shared.events.ticket_commands import (
    BreachSla,
    CloseTicket,
    ReplyToRequester,
    ResolveTicket,
    TicketCommandData,
)
from shared.events.ticket_events import (
    AgentReplied,
    RequesterReplied,
    TicketClosed,
    TicketEventData,
    TicketResolved,
)
from shared.events.ticket_promises import SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Channel, Clock, ClockTarget, CloseReason, Priority, SlaInputs
from tests.deciding import ADA, ASSIGNED, AT, FACTS, HOUR, LEA, OPENED, SAID, SLA, after, facts, given, when, wish

DUE = AT + 4 * HOUR
JUST_AFTER = DUE + timedelta(microseconds=1)
FIRST = ClockTarget(Clock.FIRST_RESPONSE, 1, AT, DUE)
NEXT = ClockTarget(Clock.NEXT_REPLY, 2, AT, DUE)
SOLVE = ClockTarget(Clock.RESOLUTION, 1, AT, DUE)
PAUSED = ClockTarget(Clock.RESOLUTION, 1, AT, None, paused_at=AT, remaining=HOUR)
LATER = ClockTarget(Clock.RESOLUTION, 1, AT, DUE + 9 * HOUR)
REPLY, RESOLVE, SPAM = ReplyToRequester(SAID), ResolveTicket(), CloseTicket(CloseReason.SPAM)
REPLIED = AgentReplied(SAID, first_response=True)
RESOLVED = TicketResolved(1, "ada")


def broken(*targets: ClockTarget) -> list[SlaBreached]:
    return [SlaBreached(one.clock, one.instance, DUE, FACTS) for one in targets]


def targeted(*clocks: ClockTarget, basis: int = 1) -> SlaTargeted:
    return SlaTargeted("standard", 1, None, basis, SlaInputs(Priority.P3, Channel.WEB), clocks)


def waiting(*clocks: ClockTarget) -> Ticket:
    return given(OPENED, ASSIGNED, targeted(*clocks))


@pytest.mark.parametrize(
    ("clocks", "asked", "actor", "told"),
    [
        ((FIRST, NEXT, SOLVE), REPLY, ADA, [REPLIED, *broken(FIRST, NEXT)]),
        ((FIRST, NEXT, SOLVE), RESOLVE, ADA, [RESOLVED, *broken(FIRST, NEXT, SOLVE)]),
        ((FIRST, LATER), SPAM, LEA, [TicketClosed(CloseReason.SPAM), *broken(FIRST)]),
        ((PAUSED,), RESOLVE, ADA, [RESOLVED]),
    ],
    ids=["reply", "resolution", "close", "paused"],
)
def test_a_clock_that_is_stopped_too_late_is_breached_at_once(
    clocks: tuple[ClockTarget, ...], asked: TicketCommandData, actor: Actor, told: list[TicketEventData]
) -> None:
    assert facts(when(waiting(*clocks), wish(asked, actor=actor, at=JUST_AFTER))) == told


@pytest.mark.parametrize(("asked", "told"), [(REPLY, REPLIED), (RESOLVE, RESOLVED)], ids=["reply", "resolution"])
def test_what_stops_a_clock_at_its_very_due_time_is_in_time(
    asked: TicketCommandData, told: TicketEventData
) -> None:
    assert facts(when(waiting(FIRST, SOLVE), wish(asked, at=DUE))) == [told]


@pytest.mark.parametrize(("hours", "breaches"), [(3, []), (5, broken(FIRST))], ids=["in time", "late"])
def test_a_reply_that_comes_to_light_later_counts_as_of_its_time(hours: int, breaches: list[SlaBreached]) -> None:
    found = wish(REPLY, at=AT + 9 * HOUR, occurred_at=AT + hours * HOUR)
    assert facts(when(waiting(FIRST), found)) == [REPLIED, *breaches]


def test_the_breach_is_recorded_once_and_taken_back_by_an_earlier_reply() -> None:
    late = after(waiting(FIRST), when(waiting(FIRST), wish(REPLY, at=DUE + HOUR)))
    assert when(late, wish(BreachSla(Clock.FIRST_RESPONSE, 1, DUE), actor=SLA, at=DUE + HOUR)) == ()
    found = wish(REPLY, number=2, at=DUE + 2 * HOUR, occurred_at=DUE - HOUR)
    assert facts(when(late, found)) == [
        AgentReplied(SAID, first_response=False),
        SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, DUE, DUE - HOUR),
    ]


def test_a_breach_that_is_on_record_is_not_recorded_again() -> None:
    breached = given(OPENED, ASSIGNED, targeted(FIRST), *broken(FIRST))
    assert facts(when(breached, wish(REPLY, at=DUE + HOUR))) == [REPLIED]


def test_targets_of_an_old_basis_are_left_to_the_service_until_they_are_of_the_present_one() -> None:
    stale = given(OPENED, ASSIGNED, targeted(FIRST), RequesterReplied(SAID))
    late = after(stale, when(stale, wish(REPLY, at=DUE + HOUR)))
    assert [type(fact) for fact in facts(when(stale, wish(REPLY, at=DUE + HOUR)))] == [AgentReplied]
    current = targeted(FIRST, basis=late.sla_basis)
    known = given(OPENED, ASSIGNED, targeted(FIRST), RequesterReplied(SAID), REPLIED, current, at=DUE + HOUR)
    assert facts(when(known, wish(RESOLVE, at=DUE + 2 * HOUR))) == [RESOLVED, *broken(FIRST)]


def test_without_a_target_or_by_an_import_nothing_breaks() -> None:
    assert facts(when(given(OPENED, ASSIGNED), wish(REPLY, at=DUE + HOUR))) == [REPLIED]
    told = wish(REPLY, at=DUE + HOUR, origin=Origin.IMPORT)
    assert facts(when(waiting(FIRST), told)) == [REPLIED]
