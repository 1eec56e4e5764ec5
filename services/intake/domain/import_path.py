"""The shortest way through the guard table from one state to another, for histories that skip states."""

from collections import deque
from collections.abc import Mapping
from functools import cache

from services.intake.domain.guards import TRANSITIONS
from services.intake.domain.rejected import Rejected
from shared.events.ticket_values import Status

_PREFERRED: Mapping[Status, tuple[Status, ...]] = {**TRANSITIONS, Status.NEW: (Status.OPEN,)}
"""A new ticket goes by open: that it was resolved at once by an article is nothing a source tells."""


@cache
def path(start: Status, goal: Status) -> tuple[Status, ...]:
    """The states after `start` up to `goal`; empty where they are one. Raise `Rejected` where none leads."""
    ways: deque[tuple[Status, ...]] = deque([(start,)])
    while ways:
        way = ways.popleft()
        if way[-1] is goal:
            return way[1:]
        ways.extend((*way, onward) for onward in _PREFERRED[way[-1]] if onward not in way)
    raise Rejected("transition_not_allowed", f"No way leads from {start} to {goal}.")
