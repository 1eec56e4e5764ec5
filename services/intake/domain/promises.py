"""Deciding what was promised: clocks, their warnings and breaches, surveys and ratings."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.intake.domain.guards import not_closed
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import ClockState, Resolution, Terms, Ticket
from services.intake.domain.ticket_facts import facts_of
from shared.events.envelope import Command
from shared.events.ticket_commands import (
    BreachSla,
    MarkAgentSilent,
    MarkSlaAtRisk,
    RateTicket,
    RecordSurveySent,
    RevokeSlaBreach,
    ScheduleSurvey,
    TargetSla,
)
from shared.events.ticket_promises import (
    AgentSilent,
    SlaAtRisk,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    SurveyScheduled,
    SurveySent,
    TicketRated,
)
from shared.events.ticket_values import Clock, ClockTarget, Status

_LOWEST_SCORE, _HIGHEST_SCORE = 1, 5


def decide_target(command: Command[TargetSla], ticket: Ticket) -> tuple[SlaTargeted, ...]:
    """A target computed on an old basis is refused: the service computes again from what happened since.

    It is so already if the clocks are, what promises them, and the basis: on a new one the same clocks are
    recorded again, so that they are known to be current. Without clocks it says which directory holds.
    """
    not_closed(ticket)
    data = command.data
    _check_basis(ticket, data.basis)
    for target in data.clocks:
        _keeps_its_breach(ticket, target)
    targeted = SlaTargeted(
        policy_id=data.policy_id,
        policy_version=data.policy_version,
        calendar_version=data.calendar_version,
        basis=data.basis,
        inputs=data.inputs,
        clocks=data.clocks,
        reason=data.reason,
        calendar_id=data.calendar_id,
        directory_offset=data.directory_offset,
    )
    if ticket.terms == Terms.of(targeted) and data.clocks == tuple(state.target for state in ticket.clocks):
        return ()
    return (targeted,)


def _keeps_its_breach(ticket: Ticket, target: ClockTarget) -> None:
    """A breach is on record with its due time: a target that was computed before it may not move that."""
    state = ticket.clock(target.clock)
    if state is None or not state.breached or state.target.instance != target.instance:
        return
    if state.target.due_at != target.due_at:
        raise Rejected("clock_breached", f"The clock {target.clock} has been breached, and keeps its due time.")


def decide_at_risk(command: Command[MarkSlaAtRisk], ticket: Ticket) -> tuple[SlaAtRisk, ...]:
    data = command.data
    state = _current(ticket, data.clock, data.instance, data.due_at)
    if state.at_risk or state.breached:
        return ()
    if state.met_at is not None:
        raise Rejected("clock_met", "What the clock waits for has happened.")
    if state.target.at_risk_at is None or command.now < state.target.at_risk_at:
        raise Rejected("not_due", "The clock is not at risk yet.")
    _check_basis(ticket, data.basis)
    return (SlaAtRisk(data.clock, data.instance, data.due_at, facts_of(ticket)),)


def decide_breach(command: Command[BreachSla], ticket: Ticket) -> tuple[SlaBreached, ...]:
    """A reply in time wins over the breach; a late one that was recorded first does not hide it."""
    data = command.data
    state = _current(ticket, data.clock, data.instance, data.due_at)
    if state.breached:
        return ()
    if command.now < data.due_at:
        raise Rejected("not_due", "The clock is not due yet.")
    if state.met_at is not None and state.met_at <= data.due_at:
        raise Rejected("clock_met", "What the clock waits for happened in time.")
    _check_basis(ticket, data.basis)
    return (SlaBreached(data.clock, data.instance, data.due_at, facts_of(ticket)),)


def decide_revoke(command: Command[RevokeSlaBreach], ticket: Ticket) -> tuple[SlaBreachRevoked, ...]:
    data = command.data
    state = ticket.clock(data.clock)
    if state is None or state.target.instance != data.instance or state.target.due_at is None:
        raise Rejected("clock_not_current", "The ticket has no such clock now.")
    if not state.breached:
        return ()
    if data.met_at > state.target.due_at:
        raise Rejected("too_late", "That was after the clock was due.")
    if data.met_at < state.target.started_at:
        raise Rejected("too_early", "That was before the clock started.")
    return (SlaBreachRevoked(data.clock, data.instance, state.target.due_at, data.met_at),)


def late_found_in_time(ticket: Ticket, replied_at: datetime) -> Iterator[SlaBreachRevoked]:
    """Breaches of the reply clocks that a reply of that time takes back."""
    for clock in (Clock.FIRST_RESPONSE, Clock.NEXT_REPLY):
        state = ticket.clock(clock)
        if state is None or not state.breached or state.target.due_at is None:
            continue
        if replied_at <= state.target.due_at and replied_at >= state.target.started_at:
            yield SlaBreachRevoked(clock, state.target.instance, state.target.due_at, replied_at)


def decide_silent(command: Command[MarkAgentSilent], ticket: Ticket) -> tuple[AgentSilent, ...]:
    data = command.data
    if (data.since, data.minutes) in ticket.silences:
        return ()
    if ticket.awaiting_since != data.since:
        raise Rejected("answered", "The requester's message of that time is answered, or is not the oldest.")
    if command.now < data.since + timedelta(minutes=data.minutes):
        raise Rejected("not_due", "The agent has not been silent for that long.")
    return (AgentSilent(data.since, data.minutes, facts_of(ticket)),)


def decide_schedule_survey(command: Command[ScheduleSurvey], ticket: Ticket) -> tuple[SurveyScheduled, ...]:
    resolution = _latest_resolution(ticket, command.data.resolution)
    if resolution.survey_scheduled:
        return ()
    return (SurveyScheduled(command.data.resolution, command.data.send_at),)


def decide_survey_sent(command: Command[RecordSurveySent], ticket: Ticket) -> tuple[SurveySent, ...]:
    resolution = _latest_resolution(ticket, command.data.resolution)
    if resolution.survey_sent:
        return ()
    if not resolution.survey_scheduled:
        raise Rejected("not_scheduled", "No survey is scheduled for that resolution.")
    return (SurveySent(command.data.resolution),)


def decide_rate(command: Command[RateTicket], ticket: Ticket) -> tuple[TicketRated, ...]:
    """Once a resolution, credited to the agent and team that resolved it."""
    data = command.data
    if not _LOWEST_SCORE <= data.score <= _HIGHEST_SCORE:
        raise Rejected("invalid_score", f"A score is {_LOWEST_SCORE} to {_HIGHEST_SCORE}.")
    resolution = _latest_resolution(ticket, data.resolution)
    if resolution.rated:
        raise Rejected("already_rated", "This resolution has been rated.")
    return (TicketRated(data.resolution, data.score, data.comment, resolution.agent_id, resolution.team_id),)


def _check_basis(ticket: Ticket, basis: int | None) -> None:
    if basis is not None and basis != ticket.sla_basis:
        raise Rejected("stale_basis", f"The ticket's clocks now depend on its version {ticket.sla_basis}.")


def _current(ticket: Ticket, clock: Clock, instance: int, due_at: datetime) -> ClockState:
    state = ticket.clock(clock)
    if state is None or state.target.instance != instance or state.target.due_at != due_at:
        raise Rejected("clock_not_current", "The ticket has no such clock now.")
    return state


def _latest_resolution(ticket: Ticket, number: int) -> Resolution:
    if ticket.status not in (Status.RESOLVED, Status.CLOSED) or number != len(ticket.resolutions):
        raise Rejected("resolution_not_current", "That resolution no longer holds.")
    return ticket.resolutions[-1]
