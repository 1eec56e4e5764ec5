"""From rows to tickets: what a row needs to know of its ticket's other rows; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.api.bulk_bodies import ImportItem
from services.ops.importing.items import item_of
from services.ops.importing.mapping import TicketMapping
from services.ops.importing.rows import Row
from services.ops.importing.values import BadValue, Reading
from shared.events.ticket_values import Status


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A row that can be sent. `assumed`: what was put in that the row itself does not say, in words."""

    line: int
    item: ImportItem
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be sent, and why."""

    line: int
    external: str | None
    row: int | None
    column: str | None
    reason: str


Told = Sequence[TicketRow | BadRow]
"""All rows of one ticket, in order."""


class Tickets:
    """`source` names the other system; ids are derived from it."""

    def __init__(self, mapping: TicketMapping, reading: Reading, source: str) -> None:
        self._mapping = mapping
        self._reading = reading
        self._source = source

    def of(self, rows: Iterable[Row]) -> Iterator[Told]:
        """A history's rows are gathered first, since those of one ticket may lie far apart."""
        return self._histories(rows) if self._mapping.rows == "history" else self._one_by_one(rows)

    def _one_by_one(self, rows: Iterable[Row]) -> Iterator[Told]:
        lines: dict[str, int] = {}
        for row in rows:
            known = self._external(row)
            if isinstance(known, BadRow):
                yield [known]
            elif known in lines:
                reason = f"the ticket was on line {lines[known]} already; a history needs `rows: history`"
                yield [BadRow(row.line, known, 0, self._mapping.external.column, reason)]
            else:
                lines[known] = row.line
                yield self._told(known, [row])

    def _histories(self, rows: Iterable[Row]) -> Iterator[Told]:
        gathered: dict[str, list[Row]] = {}
        nameless: list[BadRow] = []
        for row in rows:
            known = self._external(row)
            if isinstance(known, BadRow):
                nameless.append(known)
            else:
                gathered.setdefault(known, []).append(row)
        if nameless:
            yield nameless
        for external, mine in gathered.items():
            yield self._told(external, mine)

    def _external(self, row: Row) -> str | BadRow:
        if row.fault is not None:
            return BadRow(row.line, None, None, None, row.fault)
        column = self._mapping.external.column
        try:
            found = self._reading.text(row.values, self._mapping.external)
        except BadValue as fault:
            return BadRow(row.line, None, None, fault.column, fault.reason)
        if found is None:
            return BadRow(row.line, None, None, column, "the row does not say which ticket it is of")
        return found.strip()

    def _told(self, external: str, rows: Sequence[Row]) -> Told:
        told: list[TicketRow | BadRow] = []
        resolved_at = self._last_resolved(rows)
        counted = 0
        for number, row in enumerate(rows):
            try:
                count = self._reading.count(row.values, self._mapping.reassignments)
                item = item_of(
                    self._mapping,
                    self._reading,
                    row.values,
                    source=self._source,
                    external=external,
                    row=number,
                    reassignments=max(0, count - counted),
                    resolved_at=resolved_at,
                )
            except BadValue as fault:
                told.append(BadRow(row.line, external, number, fault.column, fault.reason))
                continue
            counted = max(count, counted)
            told.append(TicketRow(row.line, item, self._assumed(row, item)))
        return told

    def _last_resolved(self, rows: Sequence[Row]) -> datetime | None:
        """The time of a history's last row that says it is resolved, for histories that do not state one."""
        if self._mapping.rows != "history":
            return None
        for row in reversed(rows):
            try:
                if self._reading.text(row.values, self._mapping.status) == Status.RESOLVED:
                    return self._reading.time(row.values, self._mapping.occurred_at)
            except BadValue:
                continue  # the row is refused, in its turn, by the same fault
        return None

    def _assumed(self, row: Row, item: ImportItem) -> tuple[str, ...]:
        """Of use where the row resolves the ticket."""
        if item.status is not Status.RESOLVED or self._reading.time(row.values, self._mapping.resolved_at):
            return ()
        time = (item.resolved_at or item.occurred_at).isoformat()
        return (f"resolved_at is {time}, the time of its last resolved row, since the source states none",)
