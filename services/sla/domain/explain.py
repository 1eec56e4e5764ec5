"""The arithmetic of a ticket's clocks, step by step."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.sla.domain.book import Book, Promise
from services.sla.domain.books import Books
from services.sla.domain.goals import Goal, goal_of, goals_of
from services.sla.domain.ran import stretches
from services.sla.domain.targets import clock_targets, due, restarted
from services.sla.domain.ticket import History, TicketClocks
from shared.events.ticket_values import ClockTarget
from shared.words.clock_account import ClockAccount, ClosedOn, OpenFor, Paused, Raised, Ran, Step


def explain(state: TicketClocks, books: Books) -> tuple[ClockAccount, ...]:
    """An account of each clock that is promised something, by the directory that the ticket goes by.

    Raise `NotReadYet` where `books` are behind the ticket.
    """
    book = books.at(None if state.recorded is None else state.recorded.directory_offset)
    promise = book.promise(state.inputs)
    targets = {target.clock: target for target in clock_targets(state, book, promise)}
    accounts = []
    for known in state.clocks:
        history = restarted(known, state, promise)
        target, goal = targets.get(known.clock), goal_of(history, state, book)
        if target is not None and goal is not None:
            accounts.append(_account(history, state, book, goal, target))
    return tuple(accounts)


def _account(history: History, state: TicketClocks, book: Book, goal: Goal, target: ClockTarget) -> ClockAccount:
    promise = goal.promise
    calendar = promise.calendar
    steps = [*_ran(history, state, goal, target), *_raised(history, state, book)]
    return ClockAccount(
        target=target,
        goal=target.goal or goal.time,
        at_risk_percent=promise.policy.record.at_risk_percent,
        policy_id=promise.policy.id,
        policy_version=promise.policy.version,
        steps=tuple(sorted(steps, key=_begins)),
        calendar_id=None if calendar is None else calendar.id,
        calendar_version=None if calendar is None else calendar.version,
        zone=None if calendar is None else calendar.record.hours.timezone,
        at_risk=history.at_risk,
        breached=history.breached,
        kept=history.kept or due(history, state, goal).due_at != target.due_at,
        recorded=history.target == target,
    )


def _begins(step: Step) -> datetime:
    return step.at if isinstance(step, Raised) else step.begins


def _ran(history: History, state: TicketClocks, goal: Goal, target: ClockTarget) -> Iterator[Step]:
    """Until the clock was stopped, else until it is due."""
    end, total = history.stopped_at or target.due_at, timedelta()
    for one in stretches(history, state, goal.promise):
        if one.paused is not None:
            yield Paused(one.begins, one.ends or history.stopped_at, one.paused)
            continue
        ends = one.ends or end
        if ends is None or ends < one.begins:
            return
        spent = goal.promise.hours.spent(one.begins, ends)
        total += spent
        yield _stretch(goal.promise, one.begins, ends, spent, total)


def _stretch(promise: Promise, begins: datetime, ends: datetime, spent: timedelta, total: timedelta) -> Ran:
    hours = promise.hours
    if promise.calendar is None:
        return Ran(begins, ends, spent, total)
    open_for = tuple(OpenFor(one.begins, one.ends) for one in hours.openings(begins, ends))
    closed_on = tuple(ClosedOn(one.day, one.name) for one in hours.closed_days(begins, ends))
    return Ran(begins, ends, spent, total, open_for, closed_on)


def _raised(history: History, state: TicketClocks, book: Book) -> Iterator[Step]:
    for one, goal in goals_of(history, state, book):
        if one is not None and goal is not None:
            yield Raised(one.at, one.previous, one.priority, one.caused_by(history), goal.time)
