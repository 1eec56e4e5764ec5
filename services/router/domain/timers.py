"""The moment at which time alone may next change something, for each ticket and agent."""

import heapq
from datetime import datetime
from uuid import UUID

_SLACK = 64

Whom = str | UUID
"""An agent's id, or a ticket's."""


class Timers:
    """Follows from the rest of the state: two that know the same moments ring in the same order."""

    def __init__(self) -> None:
        self._moments: dict[Whom, datetime] = {}
        self._heap: list[tuple[datetime, str, Whom]] = []

    def set(self, whom: Whom, moment: datetime | None) -> None:
        """In place of what was set before. None: never."""
        if moment is None:
            self._moments.pop(whom, None)
        elif self._moments.get(whom) != moment:
            self._moments[whom] = moment
            heapq.heappush(self._heap, (moment, str(whom), whom))
            if len(self._heap) > 2 * len(self._moments) + _SLACK:
                self._heap = [(at, str(one), one) for one, at in self._moments.items()]
                heapq.heapify(self._heap)

    def next(self) -> datetime | None:
        while self._heap:
            moment, _, whom = self._heap[0]
            if self._moments.get(whom) == moment:
                return moment
            heapq.heappop(self._heap)  # it was set anew meanwhile
        return None

    def due(self, now: datetime) -> Whom | None:
        """The earliest that is due, taken out; None: there is none."""
        moment = self.next()
        if moment is None or moment > now:
            return None
        whom = heapq.heappop(self._heap)[2]
        del self._moments[whom]
        return whom
