"""When a clock ran and when it was paused, by the states of its ticket."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from services.sla.domain.book import Promise
from services.sla.domain.ticket import STOPPED, History, TicketClocks
from shared.events.ticket_values import Clock, Status


class Stretch(NamedTuple):
    """From `begins` until `ends`, or on and on, the clock ran, or was paused while the ticket was in `paused`."""

    begins: datetime
    ends: datetime | None
    paused: Status | None = None


def stretches(history: History, state: TicketClocks, promise: Promise) -> Iterator[Stretch]:
    """From its start; what came after it was stopped is left out, as if it ran on or stayed paused."""
    if history.clock is Clock.FIRST_RESPONSE:
        yield Stretch(history.started_at, None)
        return
    pauses = promise.policy.record.paused_while
    until = history.stopped_at
    marks: list[tuple[datetime, Status | None]] = []
    for at, status in state.statuses:
        if until is not None and at >= until:
            break
        paused = status if status in STOPPED or status in pauses else None
        since = max(at, history.started_at)
        if marks and marks[-1][0] == since:
            marks.pop()
        if not marks or (marks[-1][1] is None) != (paused is None):
            marks.append((since if marks else history.started_at, paused))
    if not marks:
        marks.append((history.started_at, None))
    for place, (begins, paused) in enumerate(marks, 1):
        yield Stretch(begins, marks[place][0] if place < len(marks) else None, paused)


def spent(history: History, state: TicketClocks, promise: Promise, until: datetime) -> timedelta:
    """How much of its time had passed by then."""
    return sum(
        (
            promise.hours.spent(one.begins, until if one.ends is None else min(one.ends, until))
            for one in stretches(history, state, promise)
            if one.paused is None
        ),
        timedelta(),
    )
