"""From rows to tickets: what a row needs to know of its ticket's other rows; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from services.intake.api.bulk_bodies import ImportedMessageBody, ImportItem
from services.ops.importing.conversation import Conversation, in_order
from services.ops.importing.filed_messages import FiledMessages
from services.ops.importing.interleaving import interleaved
from services.ops.importing.items import item_of
from services.ops.importing.mapping import TicketMapping
from services.ops.importing.parts import in_parts
from services.ops.importing.rows import Row
from services.ops.importing.told import BadRow, TicketRow, Told
from services.ops.importing.values import BadValue, Reading
from shared.events.ticket_values import Status


class Tickets:
    """`source` names the other system; ids are derived from it. `filed`: messages with a file of their own."""

    def __init__(
        self, mapping: TicketMapping, reading: Reading, source: str, filed: FiledMessages | None = None
    ) -> None:
        self._mapping = mapping
        self._reading = reading
        self._source = source
        self._filed = filed

    def of(self, rows: Iterable[Row]) -> Iterator[Told]:
        """A history's rows are gathered first, since those of one ticket may lie far apart."""
        yield from self._histories(rows) if self._mapping.rows == "history" else self._one_by_one(rows)
        if self._filed is not None:
            for external, row in self._filed.of_no_ticket():
                column = None if self._mapping.filed is None else self._mapping.filed.ticket
                yield [
                    BadRow(
                        row.line,
                        external,
                        None,
                        None if column is None else column.column,
                        "the message is of a ticket that the other file does not have",
                        self._filed.name,
                    )
                ]

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
        told: Told = self._read(external, rows)
        if self._filed is not None:
            told = self._with_filed(told, external, self._filed)
        return list(in_parts(told))

    def _read(self, external: str, rows: Sequence[Row]) -> list[TicketRow | BadRow]:
        told: list[TicketRow | BadRow] = []
        resolved_at = self._last_resolved(rows)
        conversation = Conversation(self._mapping, self._reading)
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
                said = conversation.of(row.values, item.requester)
            except BadValue as fault:
                told.append(BadRow(row.line, external, number, fault.column, fault.reason))
                continue
            counted = max(count, counted)
            item = self._saying(item, said.messages)
            told.append(TicketRow(row.line, item, self._assumed(row, item), said.left_out))
        return told

    def _saying(self, item: ImportItem, messages: Sequence[ImportedMessageBody]) -> ImportItem:
        """A ticket as it is was written no earlier than its last message, where it does not say when."""
        if not messages:
            return item
        everything = in_order([*item.messages, *messages])
        latest = everything[-1].at if self._mapping.occurred_at is None else item.occurred_at
        return item.model_copy(
            update={"messages": tuple(everything), "occurred_at": max(item.occurred_at, latest)}
        )

    def _with_filed(self, told: Told, external: str, filed: FiledMessages) -> Told:
        """One that does not hold refuses the ticket's rows: they would be complete from then on without it."""
        rows = filed.rows_of(external)
        first = next((row for row in told if isinstance(row, TicketRow)), None)
        if not rows or first is None:
            return told
        left_out: list[str] = []
        try:
            messages = filed.read(rows, first.item.requester, left_out)
        except BadValue as fault:
            return [_refused(row, fault) for row in told]
        noting = replace(first, left_out=(*first.left_out, *left_out))
        if self._mapping.rows == "tickets":
            return [replace(noting, item=self._saying(first.item, [one.message for one in messages]))]
        return list(interleaved([noting if row is first else row for row in told], messages, filed.name))

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


def _refused(row: TicketRow | BadRow, fault: BadValue) -> BadRow:
    if isinstance(row, BadRow):
        return row
    return BadRow(row.line, row.item.external, row.item.row, fault.column, fault.reason)
