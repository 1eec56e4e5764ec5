"""The state machine over `routing.requests`: each request is folded, and answered by decisions."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.router.domain.checkpoint import checkpoint, restore
from services.router.domain.choose import review, serve, try_line
from services.router.domain.decisions import Decision
from services.router.domain.effects import Effects
from services.router.domain.facts import fold
from services.router.domain.state import State
from shared.events.envelope import Event
from shared.events.routing import CheckpointPart, RoutingData

RETRY = timedelta(seconds=5)
"""At the latest after which those who wait are tried again, whatever happened."""


class Routing:
    """The same requests at the same times and positions always lead to the same decisions."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self._last: list[Decision] = []
        self._owed: list[Decision] = []

    def apply(self, request: Event[RoutingData], now: datetime, position: int) -> list[Decision]:
        """`now` is the request's append time, `position` its offset.

        The last request again is answered as before, an earlier one by nothing. A request that is no news decides
        nothing but what time brings. What was decided before a request proved to be broken comes with the next.
        Raise `ValueError` for a ticket's request whose subject is no ticket's id.
        """
        if position > self.state.position:
            self.state.now = max(self.state.now, now)
            self._owed += self._time_passes(position)
            self._owed += self._follow(fold(self.state, request), position)
            self._last, self._owed = self._owed, []
            self.state.position = position
        return list(self._last) if position == self.state.position else []

    def wanted_tick(self) -> datetime | None:
        """When time alone may change something, and is to be told of by a request that says nothing else."""
        moments = [self.state.timers.next(), self.state.tried_at + RETRY if self.state.waiting else None]
        return min((moment for moment in moments if moment is not None), default=None)

    def checkpoint(self) -> list[CheckpointPart]:
        """The state after the last request."""
        return checkpoint(self.state)

    @classmethod
    def restore(cls, parts: Sequence[CheckpointPart]) -> "Routing":
        """The next request is to be that after `state.position`.

        Raise `ValueError` where the parts are not those of one checkpoint, each once and in order.
        """
        return cls(restore(parts))

    def _follow(self, effects: Effects, position: int) -> Iterator[Decision]:
        """Agents first: what they can take goes to the first of all who wait, not to the one just heard of."""
        for agent_id in effects.agents:
            for ticket_id in sorted(self.state.held.get(agent_id, ())):
                yield from review(self.state, ticket_id, position)
            yield from serve(self.state, self.state.roster.agent(agent_id), position)
        for ticket_id in effects.tickets:
            yield from review(self.state, ticket_id, position)
        if effects.everything:
            yield from self._try_all(position)

    def _time_passes(self, position: int) -> Iterator[Decision]:
        while (whom := self.state.timers.due(self.state.now)) is not None:
            if isinstance(whom, UUID):
                yield from review(self.state, whom, position)
            else:
                self.state.watch(self.state.roster.agent(whom))
                yield from self._follow(Effects(agents=(whom,)), position)
        if self.state.now - self.state.tried_at >= RETRY:
            self.state.tried_at = self.state.now
            yield from self._try_all(position)

    def _try_all(self, position: int) -> Iterator[Decision]:
        for line in self.state.waiting.lines():
            yield from try_line(self.state, line, position)
