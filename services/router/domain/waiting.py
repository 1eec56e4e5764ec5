"""The tickets that wait, in one order over all, kept by what they need."""

from bisect import bisect_left, insort
from collections.abc import Callable
from uuid import UUID

from services.router.domain.need import Need
from services.router.domain.ticket import Order


class Waiting:
    """Those of equal need stand in one line: whoever suits the need suits them all, so that heads are enough."""

    def __init__(self) -> None:
        self._lines: dict[Need, list[tuple[Order, UUID]]] = {}
        self._places: dict[UUID, tuple[Need, Order]] = {}

    def __contains__(self, ticket_id: UUID) -> bool:
        return ticket_id in self._places

    def __len__(self) -> int:
        return len(self._places)

    def put(self, ticket_id: UUID, need: Need, order: Order) -> None:
        """Once each: a ticket that stands elsewhere is moved."""
        if self._places.get(ticket_id) == (need, order):
            return
        self.remove(ticket_id)
        insort(self._lines.setdefault(need, []), (order, ticket_id))
        self._places[ticket_id] = need, order

    def remove(self, ticket_id: UUID) -> None:
        place = self._places.pop(ticket_id, None)
        if place is not None:
            need, order = place
            line = self._lines[need]
            del line[bisect_left(line, (order, ticket_id))]
            if not line:
                del self._lines[need]

    def first(self, suits: Callable[[Need], bool]) -> UUID | None:
        """The first ticket over all whose need suits."""
        heads = (line[0] for need, line in self._lines.items() if suits(need))
        return min(heads, default=(None, None))[1]

    def all(self) -> list[UUID]:
        """In the waiting order."""
        return [ticket for _, ticket in sorted(place for line in self._lines.values() for place in line)]

    def lines(self) -> list[list[UUID]]:
        """Each line in the waiting order, that of the first of all first."""
        return [[ticket for _, ticket in line] for line in sorted(self._lines.values())]
