"""The checker of the clocks finds each fault that is planted in a log, and none in a sound one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_events import CustomerAwaited, TicketEventData
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Channel, Clock, ClockTarget, Priority, SlaInputs
from tests.faults.sla_checker import Fault, TicketEvent, check
from tests.projecting import ANSWERED, AT, MINUTE, OPENED, THANKED, happened

DUE = AT + 10 * MINUTE
CLOCK = ClockTarget(Clock.FIRST_RESPONSE, 1, AT, DUE, AT + 8 * MINUTE)
TARGETED = SlaTargeted("standard", 0, None, 1, SlaInputs(Priority.P3, Channel.WEB), (CLOCK,))
RISK = SlaAtRisk(Clock.FIRST_RESPONSE, 1, DUE)
BREACH = SlaBreached(Clock.FIRST_RESPONSE, 1, DUE)
LATER = DUE + 60 * MINUTE
NEXT = ClockTarget(Clock.NEXT_REPLY, 1, AT, DUE)
STOPPED = replace(NEXT, stopped_at=AT + 11 * MINUTE)
AGAIN = ClockTarget(Clock.NEXT_REPLY, 2, AT + 20 * MINUTE, LATER + MINUTE)
NEXT_BREACH = SlaBreached(Clock.NEXT_REPLY, 1, DUE)


def targeted(basis: int, *clocks: ClockTarget) -> SlaTargeted:
    return replace(TARGETED, basis=basis, clocks=clocks)


def log(*told: tuple[TicketEventData, int]) -> list[TicketEvent]:
    """Opened and targeted at once, then each so many minutes later."""
    whole: Sequence[tuple[TicketEventData, int]] = ((OPENED, 0), (TARGETED, 0), *told)
    return [
        replace(happened(data, version, at=AT + minutes * MINUTE), recorded_at=AT + minutes * MINUTE)
        for version, (data, minutes) in enumerate(whole, 1)
    ]


SOUND: Sequence[list[TicketEvent]] = (
    log((RISK, 8), (BREACH, 10)),
    log((ANSWERED, 7)),
    log((RISK, 9), (BREACH, 12), (ANSWERED, 13)),
    log((targeted(1, NEXT), 0), (ANSWERED, 11), (NEXT_BREACH, 11), (targeted(4, AGAIN), 20)),
    log((targeted(1, NEXT), 0), (ANSWERED, 9), (targeted(4, AGAIN), 20)),
    log((targeted(1, NEXT), 0), (CustomerAwaited(), 5), (ANSWERED, 11), (targeted(5, AGAIN), 20)),
    log((targeted(1, NEXT), 0), (PriorityChanged(Priority.P1, Priority.P3), 5), (targeted(4), 5)),
    log((BREACH, 10), (SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, DUE, AT + 9 * MINUTE), 12), (ANSWERED, 9)),
)


@pytest.mark.parametrize("events", SOUND)
def test_a_sound_log_has_no_fault(events: list[TicketEvent]) -> None:
    assert check(events, LATER) == []


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        (log((RISK, 8), (BREACH, 10), (BREACH, 11)), Fault.TWICE),
        (log((RISK, 8), (RISK, 9), (BREACH, 10)), Fault.TWICE),
        (log((RISK, 8)), Fault.NEVER),
        (log((RISK, 8), (ANSWERED, 11)), Fault.NEVER),
        (log((targeted(1, NEXT), 0), (ANSWERED, 11), (targeted(4, AGAIN), 20)), Fault.NEVER),
        (
            log(
                (targeted(1, NEXT), 0),
                (THANKED, 5),
                (ANSWERED, 11),
                (targeted(5, STOPPED), 12),
                (targeted(5, AGAIN), 20),
            ),
            Fault.NEVER,
        ),
        (log((targeted(1, NEXT), 0), (targeted(1, AGAIN), 20)), Fault.NEVER),
        (log((RISK, 8), (BREACH, 9)), Fault.EARLY),
        (log((RISK, 7), (BREACH, 10)), Fault.EARLY),
        (log((ANSWERED, 7), (BREACH, 10)), Fault.IN_TIME),
        (log((SlaBreached(Clock.FIRST_RESPONSE, 1, AT + 5 * MINUTE), 10)), Fault.UNKNOWN),
        (log((SlaBreached(Clock.FIRST_RESPONSE, 2, DUE), 10), (BREACH, 10)), Fault.UNKNOWN),
    ],
)
def test_a_planted_fault_is_found(events: list[TicketEvent], fault: Fault) -> None:
    assert [violation.fault for violation in check(events, LATER)] == [fault]


def test_what_is_not_due_yet_need_not_have_fired() -> None:
    assert check(log(), DUE - timedelta(seconds=1)) == []
