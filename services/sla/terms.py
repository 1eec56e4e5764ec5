"""What follows from a ticket's clocks by the directory, the preset and the hold that are in force."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.sla.directory import Directory
from services.sla.domain.commands import fire_command
from services.sla.domain.fires import Fire, FireKind, fires
from services.sla.domain.targets import targets
from services.sla.domain.ticket import TicketClocks
from services.sla.store import Due, Standing, Timer
from shared.events.envelope import Command
from shared.events.ticket_commands import TargetSla, TicketCommandData
from shared.events.ticket_values import Clock
from shared.runtime.settings import Settings


class Terms:
    def __init__(self, directory: Directory, settings: Settings) -> None:
        self._directory = directory
        self._hold = settings.hold
        self._preset = settings.preset
        self.imports = settings.sla_for_imports

    @property
    def basis(self) -> str:
        """What timers rest on besides their tickets; another one makes others of them."""
        return f"{self._preset} {self._hold} {self._directory.silences}"

    async def known(self, states: Iterable[TicketClocks | None]) -> None:
        """Wait until the directory is read as far as any of these goes by it. Raise `NotReadYet`."""
        offsets = (state.recorded.directory_offset for state in states if state is not None and state.recorded)
        wanted = max((offset for offset in offsets if offset is not None), default=-1)
        if wanted > self._directory.books.offset:
            await self._directory.reached(wanted)

    def target(self, state: TicketClocks) -> TargetSla | None:
        """What was promised and is not on record as it should be."""
        return targets(state, self._directory.books)

    def fires(self, state: TicketClocks, pending: TargetSla | None) -> tuple[Fire, ...]:
        return fires(state, self._hold, self._directory.books.silences(state.inputs), pending)


def timers_of(ticket_id: str, partition: int, found: tuple[Fire, ...]) -> list[Timer]:
    return [
        Timer(ticket_id, partition, one.kind, one.clock or "", one.instance, one.mark, one.at) for one in found
    ]


def due_command(row: Due, ticket: Standing, now: datetime) -> Command[TicketCommandData]:
    clock = Clock(row.clock) if row.clock else None
    fire = Fire(FireKind(row.kind), row.fire_at, clock, row.instance, row.mark)
    return fire_command(fire, UUID(row.ticket_id), ticket.version, ticket.basis, now)
