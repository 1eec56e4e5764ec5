"""What another directory, or the present one, would make of the promises to open tickets."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from services.ops.directory.applying import Change, records_of
from services.sla.domain.books import Books
from services.sla.domain.targets import Reapply, targets
from services.sla.domain.ticket import TicketClocks
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.envelope import Actor, ActorKind, Event
from shared.events.ticket_commands import TargetSla
from shared.events.ticket_values import ClockTarget

Tickets = Iterable[tuple[UUID, TicketClocks]]

_PREVIEW = UUID(int=0)
_SOMEBODY = Actor(ActorKind.ADMIN, "preview")


@dataclass(frozen=True, slots=True)
class Applied:
    """A ticket that would go by other terms. `moved`: its due times are others; `breaks`: one is over already."""

    ticket_id: UUID
    version: int
    target: TargetSla
    moved: bool
    breaks: bool


@dataclass(slots=True)
class Count:
    """Of tickets as they go by, none of which is kept."""

    tickets: int = 0
    applied: int = 0
    moved: int = 0
    breaking: int = 0

    def read(self, tickets: Tickets) -> Tickets:
        for one in tickets:
            self.tickets += 1
            yield one

    def add(self, one: Applied) -> None:
        self.applied += 1
        self.moved += one.moved
        self.breaking += one.breaks


def with_change(books: Books, change: Change, versions: Mapping[str, int], now: datetime) -> None:
    """Fold what a file would change, as if it were saved now."""
    before, after = records_of(change.present), change.end()
    for key in (*change.wanted, *change.removed):
        record = after.get(key)
        if record != before.get(key):
            data: DirectoryEventData = RecordRemoved() if record is None else RecordSaved(record)
            books.fold(books.offset + 1, _event(key, versions.get(key, 0) + 1, data, now))


def applied(tickets: Tickets, books: Books, now: datetime, reason: str, policy: str | None) -> Iterator[Applied]:
    """Each ticket to which the directory of `books` says something else than what is on record of it.

    `policy`: only those that go by it, or would.
    """
    wanted = Reapply(books.offset, reason)
    for ticket_id, state in tickets:
        target = targets(state, books, wanted)
        recorded = None if state.recorded is None else state.recorded.policy_id
        if target is not None and policy in (None, recorded, target.policy_id):
            yield _applied(ticket_id, state, target, now)


def _applied(ticket_id: UUID, state: TicketClocks, target: TargetSla, now: datetime) -> Applied:
    before = {one.clock: one.target for one in state.clocks if one.target is not None}
    after = {one.clock: one for one in target.clocks}
    other = [clock for clock in (*before, *after) if _terms(before.get(clock)) != _terms(after.get(clock))]
    breaks = any(_over(after.get(clock), now) and not _over(before.get(clock), now) for clock in other)
    return Applied(ticket_id, state.version, target, bool(other), breaks)


def _terms(clock: ClockTarget | None) -> tuple[object, ...] | None:
    return None if clock is None else (clock.instance, clock.due_at, clock.remaining)


def _over(clock: ClockTarget | None, now: datetime) -> bool:
    return clock is not None and clock.due_at is not None and clock.due_at <= now and clock.stopped_at is None


def _event(key: str, version: int, data: DirectoryEventData, now: datetime) -> Event[DirectoryEventData]:
    event_id = uuid5(_PREVIEW, f"{key}/{version}")
    return Event(
        id=event_id,
        subject=key,
        version=version,
        conversation_version=0,
        occurred_at=now,
        recorded_at=now,
        actor=_SOMEBODY,
        command_id=event_id,
        correlation_id=event_id,
        data=data,
    )
