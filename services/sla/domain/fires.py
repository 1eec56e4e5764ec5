"""What is to happen to a ticket when its time comes: warnings, breaches, silences, the end of its hold."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.sla.domain.ticket import History, TicketClocks
from shared.events.ticket_commands import TargetSla
from shared.events.ticket_values import Clock, ClockTarget, Status


class FireKind(StrEnum):
    AT_RISK = "at_risk"
    BREACH = "breach"
    CLOSE = "close"
    SILENT = "silent"


class Fire(NamedTuple):
    """At `at`, once. `kind`, `clock` and `instance` tell it from the ticket's others.

    `instance`: of the clock; of a close, the number of the resolution; of a silence, its minutes. `mark` is what
    its command names: the clock's due time; of a silence, the message's time; of a close, the resolution's.
    """

    kind: FireKind
    at: datetime
    clock: Clock | None
    instance: int
    mark: datetime


def fires(
    state: TicketClocks, hold: timedelta, silences: Iterable[int], pending: TargetSla | None = None
) -> tuple[Fire, ...]:
    """What may still fire of what is on record, in due order; what fired is not among them.

    `silences` are the minutes that the rules want to know of. `pending` is a target that is not on record yet:
    what it moves does not fire.
    """
    found = [*_of_clocks(state, pending), *_of_silence(state, silences), *_of_hold(state, hold)]
    return tuple(sorted(found, key=_order))


def _order(fire: Fire) -> tuple[datetime, FireKind, str, int]:
    return fire.at, fire.kind, fire.clock or "", fire.instance


def _of_clocks(state: TicketClocks, pending: TargetSla | None) -> Iterator[Fire]:
    """A clock that was stopped in time is over; one that was stopped late is breached all the same."""
    for history in state.clocks:
        target = history.target
        if target is None or target.due_at is None or history.breached or _moves(pending, target):
            continue
        if history.stopped_at is not None and not history.broken:
            continue
        yield Fire(FireKind.BREACH, target.due_at, target.clock, target.instance, target.due_at)
        if _warns(history) and target.at_risk_at is not None:
            yield Fire(FireKind.AT_RISK, target.at_risk_at, target.clock, target.instance, target.due_at)


def _warns(history: History) -> bool:
    """There is nothing to warn of once what the clock waits for has happened."""
    return not history.at_risk and history.stopped_at is None


def _moves(pending: TargetSla | None, target: ClockTarget) -> bool:
    if pending is None:
        return False
    return all(
        (one.clock, one.instance, one.due_at, one.at_risk_at)
        != (target.clock, target.instance, target.due_at, target.at_risk_at)
        for one in pending.clocks
    )


def _of_silence(state: TicketClocks, silences: Iterable[int]) -> Iterator[Fire]:
    """From the oldest unanswered message; of an imported one, from the first that came in live after it."""
    if state.awaiting_since is None or state.unanswered_since is None:
        return
    for minutes in silences:
        if minutes not in state.silences:
            at = state.unanswered_since + timedelta(minutes=minutes)
            yield Fire(FireKind.SILENT, at, None, minutes, state.awaiting_since)


def _of_hold(state: TicketClocks, hold: timedelta) -> Iterator[Fire]:
    if state.status is Status.RESOLVED and state.resolved_at is not None:
        at = state.resolved_at + hold
        yield Fire(FireKind.CLOSE, at, None, state.resolution, state.resolved_at)
