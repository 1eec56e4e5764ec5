"""Recorded requests through a changed directory or policy: who would have got what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.router.domain.changed import Change, Changed
from services.router.domain.decisions import Decision, Reserve
from services.router.domain.routing import Routing
from shared.events.agent import SlotPurpose, SlotReserved
from shared.events.envelope import Event
from shared.events.routing import RoutingData


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it lies on its topic."""

    request: Event[RoutingData]
    appended_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Difference:
    """`recorded` got the ticket by the router; None: nobody yet. `changed` would have; None: nobody yet.

    `position` is where the two part: the recorded decision, or an earlier moment at which only one was taken.
    """

    ticket_id: UUID
    position: int
    recorded: str | None
    changed: str | None


@dataclass(slots=True)
class Replay:
    """`decisions` counts the recorded ones that were granted and looked at; differences are one a decision."""

    decisions: int = 0
    differences: list[Difference] = field(default_factory=list)


def replay(routing: Routing, requests: Iterable[Recorded], changes: Mapping[str, Change]) -> Replay:
    """Each moment on record is decided again, with load, presence and who waits as on record; nothing is sent.

    `routing` is as the requests before left it, and is folded along. `changes` have what is to hold from the
    start (None: removed) by subject, a record's as `agents/ada`, a limit's the agent's id; recorded ones of the
    same subjects are passed over. What another choice would itself have led to is not on record, and is not
    guessed: after every moment, the record goes on.
    """
    compared = _Compared()
    changed = Changed(routing, changes) if changes else None
    for recorded in requests:
        as_recorded = routing.apply(recorded.request, recorded.appended_at, recorded.position)
        as_changed = as_recorded
        if changed is not None:
            as_changed = changed.apply(recorded.request, recorded.appended_at, recorded.position)
            changed.follow_record([*as_recorded, *as_changed])
        compared.decided(as_recorded, as_changed, recorded.position)
        if isinstance(recorded.request.data, SlotReserved):
            compared.granted(recorded.request.data, recorded.request.subject)
    return compared.result()


class _Compared:
    """Decisions until the record shows what became of them."""

    def __init__(self) -> None:
        self._replay = Replay()
        self._begun = -1
        self._granted: set[UUID] = set()
        self._chosen: dict[tuple[UUID, int], str | None] = {}
        self._earlier: dict[UUID, tuple[int, str]] = {}

    def decided(self, as_recorded: Iterable[Decision], as_changed: Iterable[Decision], position: int) -> None:
        self._begun = position if self._begun < 0 else self._begun
        others = _given(as_changed)
        for ticket_id in _given(as_recorded):
            self._chosen[ticket_id, position] = others.pop(ticket_id, None)
        for ticket_id, agent_id in others.items():
            self._earlier.setdefault(ticket_id, (position, agent_id))

    def granted(self, slot: SlotReserved, agent_id: str) -> None:
        """Once each; what was decided before the replay began cannot be decided again."""
        if slot.purpose is not SlotPurpose.ROUTED or slot.explanation is None or slot.reservation in self._granted:
            return
        if slot.explanation.position < self._begun:
            return
        self._granted.add(slot.reservation)
        self._replay.decisions += 1
        decided = slot.explanation.position
        chosen = self._chosen.pop((slot.ticket_id, decided), None)
        position, changed = self._earlier.pop(slot.ticket_id, (decided, chosen))
        if changed != agent_id or position != decided:
            self._replay.differences.append(Difference(slot.ticket_id, position, agent_id, changed))

    def result(self) -> Replay:
        """Whatever would have been given and was not, to the end."""
        left = sorted((position, ticket_id, agent) for ticket_id, (position, agent) in self._earlier.items())
        self._replay.differences += [Difference(ticket, position, None, agent) for position, ticket, agent in left]
        return self._replay


def _given(decisions: Iterable[Decision]) -> dict[UUID, str]:
    return {one.ticket_id: one.agent_id for one in decisions if isinstance(one, Reserve)}
