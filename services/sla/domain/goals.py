"""How long a clock has, of which time: what its policy promises, and what escalations made of that."""

from dataclasses import dataclass, replace
from datetime import timedelta

from services.sla.domain.book import Book, Promise
from services.sla.domain.ran import spent
from services.sla.domain.ticket import Ground, History, TicketClocks
from shared.events.ticket_values import Priority


@dataclass(frozen=True, slots=True)
class Goal:
    """`fixed`: the clock caused a raise of the priority, and is left as it was before."""

    promise: Promise
    time: timedelta
    fixed: bool = False


def goal_of(history: History, state: TicketClocks, book: Book) -> Goal | None:
    """None: nothing is promised.

    A raise gives a clock that runs what it has spent until then, and the new priority's time on top; where that
    promises nothing, it keeps what it had.
    """
    ground = history.ground or state.ground
    raises = [one for one in ground.raises if history.stopped_at is None or one.at <= history.stopped_at]
    priority = raises[0].previous if raises else ground.inputs.priority
    goal = _promised(history, book, ground, priority)
    for one in raises:
        promised = _promised(history, book, ground, one.priority)
        if one.at < history.started_at:
            goal = promised
        elif one.caused_by(history):
            goal = None if goal is None else replace(goal, fixed=True)
        elif promised is not None and (goal is None or not goal.fixed):
            before = spent(history, state, promised.promise, one.at)
            goal = Goal(promised.promise, before + promised.time)
    return goal


def _promised(history: History, book: Book, ground: Ground, priority: Priority) -> Goal | None:
    promise = book.promise(replace(ground.inputs, priority=priority) if ground.raises else ground.inputs)
    time = None if promise is None else promise.goal(history.clock)
    return None if promise is None or time is None else Goal(promise, time)
