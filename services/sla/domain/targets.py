"""What a ticket's clocks are due at, worked out from its history where something has happened since."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.sla.domain.book import Book, Promise
from services.sla.domain.books import Books
from services.sla.domain.goals import Goal, goal_of
from services.sla.domain.ran import stretches
from services.sla.domain.ticket import History, TicketClocks
from shared.events.directory_promises import OnReopen
from shared.events.ticket_commands import TargetSla
from shared.events.ticket_values import Clock, ClockTarget, Status

NO_POLICY = ""
"""Recorded as the policy where none holds for the ticket."""


@dataclass(frozen=True, slots=True)
class Reapply:
    """Somebody has the policies and calendars as of `offset` hold for the ticket, and says why."""

    offset: int
    reason: str | None = None


def targets(state: TicketClocks, books: Books, reapply: Reapply | None = None) -> TargetSla | None:
    """What is to be recorded; None: as it is recorded already, or the ticket is closed.

    A ticket goes by the directory as it was at its first target, or when it was last applied: a first target that
    promises nothing says that too. Where something happened that clocks depend on, it is recorded that they stand
    on it, whether or not they move; while nothing did, nothing is worked out again. Raise `NotReadYet` where
    `books` are behind the ticket.
    """
    recorded = state.recorded
    if state.status is Status.CLOSED or not state.clocks:
        return None
    if reapply is None and recorded is not None and recorded.basis == state.basis:
        return None
    offset = None if recorded is None else recorded.directory_offset
    book = books.at(offset if reapply is None else reapply.offset)
    promise = book.promise(state.inputs)
    clocks = tuple(clock_targets(state, book, promise))
    target = _target(state, book, promise, clocks, reapply)
    return None if _as_recorded(state, target) else target


def _target(
    state: TicketClocks,
    book: Book,
    promise: Promise | None,
    clocks: tuple[ClockTarget, ...],
    reapply: Reapply | None,
) -> TargetSla:
    calendar = None if promise is None else promise.calendar
    return TargetSla(
        policy_id=NO_POLICY if promise is None else promise.policy.id,
        policy_version=0 if promise is None else promise.policy.version,
        calendar_version=None if calendar is None else calendar.version,
        basis=state.basis,
        inputs=state.inputs,
        clocks=clocks,
        reason=None if reapply is None else reapply.reason,
        calendar_id=None if calendar is None else calendar.id,
        directory_offset=book.offset,
    )


def _as_recorded(state: TicketClocks, target: TargetSla) -> bool:
    recorded = state.recorded
    return (
        recorded is not None
        and recorded.basis == target.basis
        and recorded.policy_id == target.policy_id
        and recorded.policy_version == target.policy_version
        and recorded.calendar_id == target.calendar_id
        and recorded.calendar_version == target.calendar_version
        and recorded.directory_offset == target.directory_offset
        and tuple(one.target for one in state.clocks if one.target is not None) == target.clocks
    )


def clock_targets(state: TicketClocks, book: Book, promise: Promise | None) -> Iterator[ClockTarget]:
    """The latest instance of each clock that ever started, where something is or was promised."""
    for history in state.clocks:
        current = restarted(history, state, promise)
        known = _standing(current)
        if known is not None:
            stopped = current.stopped_at is not None
            fixed = known.fixed if stopped else any(one.caused_by(current) for one in state.ground.raises)
            as_is = known.stopped_at == current.stopped_at and known.fixed is fixed
            yield known if as_is else replace(known, stopped_at=current.stopped_at, fixed=fixed)
            continue
        goal = goal_of(current, state, book)
        if goal is not None:
            yield due(current, state, goal)


def _standing(history: History) -> ClockTarget | None:
    """What was recorded of a clock that keeps its due time, or was stopped then and is still."""
    known = history.target
    if known is None or history.kept:
        return known
    return known if known.stopped_at is not None and history.stopped_at is not None else None


def restarted(history: History, state: TicketClocks, promise: Promise | None) -> History:
    """A resolution clock that was reopened begins anew where the policy says so."""
    if history.clock is not Clock.RESOLUTION or state.reopened_at is None or promise is None:
        return history
    if promise.policy.record.on_reopen is OnReopen.RESUME:
        return history
    return History(
        Clock.RESOLUTION, history.instance + state.reopened, state.reopened_at, history.stopped_at, history.ground
    )


def due(history: History, state: TicketClocks, goal: Goal) -> ClockTarget:
    """Without a due time where it is paused, or where its calendar opens no more."""
    hours, left = goal.promise.hours, goal.time
    percent = goal.promise.policy.record.at_risk_percent
    until_risk = goal.time * percent / 100
    at_risk_at: datetime | None = None
    paused_at: datetime | None = None
    for one in stretches(history, state, goal.promise):
        if one.paused is not None:
            paused_at = one.begins
            continue
        ran = None if one.ends is None else hours.spent(one.begins, one.ends)
        if at_risk_at is None and (ran is None or ran >= until_risk):
            at_risk_at = hours.after(one.begins, until_risk)
        if ran is None or ran >= left:
            return _clock(history, goal, hours.after(one.begins, left), at_risk_at)
        left, until_risk, paused_at = left - ran, until_risk - ran, None
    return _clock(history, goal, None, None, paused_at, left)


def _clock(  # noqa: PLR0913, PLR0917 - what differs between a clock that runs and one that is paused
    history: History,
    goal: Goal,
    due_at: datetime | None,
    at_risk_at: datetime | None,
    paused_at: datetime | None = None,
    remaining: timedelta | None = None,
) -> ClockTarget:
    return ClockTarget(
        clock=history.clock,
        instance=history.instance,
        started_at=history.started_at,
        due_at=due_at,
        at_risk_at=at_risk_at,
        paused_at=paused_at,
        remaining=remaining,
        goal=goal.time,
        stopped_at=history.stopped_at,
        fixed=goal.fixed,
    )
