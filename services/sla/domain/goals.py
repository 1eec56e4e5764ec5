"""How long a clock has, of which time: what its policy promises, and what escalations made of that."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from services.sla.domain.book import Book, Promise
from services.sla.domain.ran import spent
from services.sla.domain.ticket import History, Raise, TicketClocks
from shared.events.ticket_values import SlaInputs


class Goal(NamedTuple):
    """`fixed`: the clock caused a raise of the priority, and is left as it was before."""

    promise: Promise
    time: timedelta
    fixed: bool = False


def goal_of(history: History, state: TicketClocks, book: Book) -> Goal | None:
    """None: nothing is promised."""
    goal = None
    for _, goal in goals_of(history, state, book):  # noqa: B007 - the last one holds
        pass
    return goal


def goals_of(history: History, state: TicketClocks, book: Book) -> Iterator[tuple[Raise | None, Goal | None]]:
    """The goal before any raise, then after each that came while the clock was there.

    A raise gives a clock what it has spent until then, and the new priority's time on top; where that promises
    nothing, it keeps what it had.
    """
    ground = history.ground or state.ground
    if not ground.raises:
        yield None, _promised(history, book, ground.inputs)
        return
    raises = [one for one in ground.raises if history.stopped_at is None or one.at <= history.stopped_at]
    first = raises[0].previous if raises else ground.raises[0].previous
    goal = _promised(history, book, replace(ground.inputs, priority=first))
    yield None, goal
    for one in raises:
        promised = _promised(history, book, replace(ground.inputs, priority=one.priority))
        if one.at < history.started_at:
            goal = promised
            yield None, goal
            continue
        if one.caused_by(history):
            goal = None if goal is None else goal._replace(fixed=True)
        elif promised is not None and (goal is None or not goal.fixed):
            before = spent(history, state, promised.promise, one.at)
            goal = Goal(promised.promise, before + promised.time)
        yield one, goal


def _promised(history: History, book: Book, inputs: SlaInputs) -> Goal | None:
    promise = book.promise(inputs)
    time = None if promise is None else promise.goal(history.clock)
    return None if promise is None or time is None else Goal(promise, time)
