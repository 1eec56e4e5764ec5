"""The clocks of a batch's tickets: folded in memory, each changed ticket written once, and its timers with it."""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from psycopg import AsyncConnection

from services.sla import store
from services.sla.domain.evolve import evolve
from services.sla.domain.fires import Fire
from services.sla.domain.stored import FORMAT, decode, encode
from services.sla.domain.ticket import TicketClocks
from services.sla.group import TOPIC
from services.sla.store import Folded, Timer
from services.sla.terms import Terms, timers_of
from shared.events.catalogue import Undecodable
from shared.events.envelope import Event
from shared.events.personal import PersonalCodec
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.wire import decode_event
from shared.runtime.projecting.stream import LogRecord, ReadModel, Stream

_TICKET_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


_PATIENCE_S = 2.0


class VersionGap(Exception):
    """The log lacks an event of a ticket."""


class Told(NamedTuple):
    """One an event, so a tuple."""

    partition: int
    event: Event[TicketEventData]


class Fold:
    """What is overdue goes first: while it is not `calm`, a batch waits a little."""

    def __init__(self, terms: Terms, calm: asyncio.Event) -> None:
        self._terms = terms
        self._calm = calm

    @property
    def stream(self) -> Stream[Told]:
        model = ReadModel("clocks", FORMAT, "", "tickets", self.write, beside=("timers", "fitted"))
        return Stream(TOPIC, kept=True, read=_read, subject=_subject, models=(model,))

    async def write(self, connection: AsyncConnection, items: Sequence[Told], codec: PersonalCodec) -> None:
        """Raise `VersionGap` or `NotReadYet`. Nothing personal is kept, so nothing is opened."""
        del codec
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._calm.wait(), _PATIENCE_S)
        kept = await store.load(connection, {item.event.subject for item in items})
        before = {ticket: None if row.state is None else decode(row.state) for ticket, row in kept.items()}
        after: dict[str, TicketClocks | None] = dict(before)
        changed: dict[str, tuple[int, int]] = {}
        for partition, event in items:
            ticket = event.subject
            state = after.get(ticket)
            if state is None and ticket in after:
                continue  # closed, and nothing is left to happen to its clocks
            version = 0 if state is None else state.version
            if event.version <= version:
                continue  # folded before
            if event.version != version + 1:
                raise VersionGap(f"after version {version} of ticket {ticket} the log has {event.version}")
            after[ticket] = evolve(state, event, imports=self._terms.imports)
            changed[ticket] = partition, event.version
        if changed:
            await self._terms.known((*before.values(), *after.values()))
            await self._put(connection, before, after, changed)

    async def _put(
        self,
        connection: AsyncConnection,
        before: dict[str, TicketClocks | None],
        after: dict[str, TicketClocks | None],
        changed: dict[str, tuple[int, int]],
    ) -> None:
        rows: list[Folded] = []
        timers: list[Timer] = []
        moved: list[str] = []
        for ticket, (partition, version) in sorted(changed.items()):
            state = after[ticket]
            target = None if state is None else self._terms.target(state)
            found = () if state is None else self._terms.fires(state, target)
            if self._moved(before.get(ticket), state, found):
                moved.append(ticket)
                timers += timers_of(ticket, partition, found)
            kept, basis = (None, 0) if state is None else (encode(state), state.basis)
            rows.append(Folded(ticket, partition, version, basis, kept, look=target is not None))
        await store.put(connection, rows)
        if moved:
            await store.set_timers(connection, moved, timers)

    def _moved(self, before: TicketClocks | None, state: TicketClocks | None, found: tuple[Fire, ...]) -> bool:
        """A fire is refused on an old basis, and asked for again on a new one."""
        if before is None or state is None:
            return True
        if (before.basis, before.recorded) != (state.basis, state.recorded):
            return True
        return found != self._terms.fires(before, self._terms.target(before))


def _read(record: LogRecord) -> Told:
    """Raise `Undecodable`."""
    event = decode_event(TICKET_EVENTS, record.headers, record.value)
    if _TICKET_ID.fullmatch(event.subject) is None:
        raise Undecodable("the subject is not a ticket's id in its canonical form")
    return Told(record.partition, event)


def _subject(record: LogRecord) -> str:
    return (record.key or b"").decode(errors="replace")
