"""How clocks, escalations and surveys change a ticket."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from services.intake.domain.ticket import ClockState, Resolution, Terms, Ticket
from shared.events.ticket_promises import (
    AgentSilent,
    EscalationActionRequested,
    SlaAtRisk,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    SurveyScheduled,
    SurveySent,
    TicketEscalated,
    TicketRated,
)
from shared.events.ticket_values import Clock, ClockTarget

PromiseData = (
    SlaTargeted
    | SlaAtRisk
    | SlaBreached
    | SlaBreachRevoked
    | AgentSilent
    | TicketEscalated
    | EscalationActionRequested
    | SurveyScheduled
    | SurveySent
    | TicketRated
)

Clocks = tuple[ClockState, ...]

_ANSWERED = (Clock.FIRST_RESPONSE, Clock.NEXT_REPLY)


def with_promise(ticket: Ticket, promise: PromiseData) -> Ticket:  # noqa: C901, PLR0911 - one return a case
    match promise:
        case SlaTargeted(clocks=targets):
            clocks = tuple(_targeted(ticket, target) for target in targets)
            return ticket.with_changes(clocks=clocks, terms=Terms.of(promise))
        case SlaAtRisk(clock=clock):
            return ticket.with_changes(clocks=_clock(ticket.clocks, clock, lambda c: replace(c, at_risk=True)))
        case SlaBreached(clock=clock):
            return ticket.with_changes(clocks=_clock(ticket.clocks, clock, lambda c: replace(c, breached=True)))
        case SlaBreachRevoked(clock=clock, met_at=met_at):
            return ticket.with_changes(
                clocks=_clock(ticket.clocks, clock, lambda c: replace(c, breached=False, met_at=met_at)),
            )
        case AgentSilent(since=since, minutes=minutes):
            return ticket.with_changes(silences=(*ticket.silences, (since, minutes)))
        case TicketEscalated(key=key, level=level):
            return _escalated(ticket, key).with_changes(escalation_level=level)
        case EscalationActionRequested(key=key):
            return _escalated(ticket, key)
        case SurveyScheduled(resolution=number):
            return _resolution(ticket, number, lambda r: replace(r, survey_scheduled=True))
        case SurveySent(resolution=number):
            return _resolution(ticket, number, lambda r: replace(r, survey_sent=True))
        case TicketRated(resolution=number):
            return _resolution(ticket, number, lambda r: replace(r, rated=True))
        case unknown:
            assert_never(unknown)


def agent_answered(clocks: Clocks, at: datetime) -> Clocks:
    """A public reply meets first response and next reply, unless an earlier one did or the clock began after it.

    The earliest reply counts, in whatever order they came to light.
    """
    return tuple(
        replace(state, met_at=at)
        if state.target.clock in _ANSWERED
        and state.target.started_at <= at
        and (state.met_at is None or at < state.met_at)
        else state
        for state in clocks
    )


def stopped(clocks: Clocks, at: datetime) -> Clocks:
    """A resolution meets every clock that still runs, as a close without one does."""
    return tuple(replace(state, met_at=at) if state.met_at is None else state for state in clocks)


def resolved_again(clocks: Clocks) -> Clocks:
    """A reopening takes back that the resolution clock was met."""
    return _clock(clocks, Clock.RESOLUTION, lambda c: replace(c, met_at=None))


def _targeted(ticket: Ticket, target: ClockTarget) -> ClockState:
    """A new target for the same instance keeps what was recorded of it; one that was stopped is met."""
    known = ticket.clock(target.clock)
    if known is not None and known.target.instance == target.instance:
        return replace(known, target=target, met_at=known.met_at or target.stopped_at)
    answered = ticket.first_response_at if target.clock is Clock.FIRST_RESPONSE else None
    return ClockState(target, met_at=answered or target.stopped_at)


def _escalated(ticket: Ticket, key: str) -> Ticket:
    if key in ticket.escalation_keys:
        return ticket
    return ticket.with_changes(escalation_keys=(*ticket.escalation_keys, key))


def _clock(clocks: Clocks, clock: Clock, change: Callable[[ClockState], ClockState]) -> Clocks:
    return tuple(change(state) if state.target.clock is clock else state for state in clocks)


def _resolution(ticket: Ticket, number: int, change: Callable[[Resolution], Resolution]) -> Ticket:
    return ticket.with_changes(
        resolutions=tuple(change(known) if known.number == number else known for known in ticket.resolutions),
    )
