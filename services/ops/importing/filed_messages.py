"""The messages of an export that has them in a file of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.intake.api.bodies import RequesterBody
from services.intake.api.bulk_bodies import ImportedMessageBody
from services.ops.importing.mapping import TicketMapping
from services.ops.importing.message_mapping import MessagesFrom
from services.ops.importing.messages import message_of
from services.ops.importing.rows import BadFile, Row, read_rows
from services.ops.importing.values import BadValue, Reading
from services.ops.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Filed:
    """`line`: where in the file it is."""

    line: int
    message: ImportedMessageBody


class FiledMessages:
    """The file's rows by their ticket's number; a ticket's are taken once."""

    def __init__(self, form: MessagesFrom, name: str, reading: Reading, rows: dict[str, list[Row]]) -> None:
        self.name = name
        self._form = form
        self._reading = reading
        self._rows = rows

    def rows_of(self, external: str) -> Sequence[Row]:
        return self._rows.pop(external, ())

    def read(self, rows: Sequence[Row], requester: RequesterBody, left_out: list[str]) -> list[Filed]:
        """In the order in which they were said. Raise `BadValue` where one does not hold."""
        found: list[Filed] = []
        for row in rows:
            try:
                message = message_of(self._form, self._reading, row.values, requester)
            except BadValue as fault:
                place = "" if fault.column is None else f", column {fault.column}"
                raise BadValue(None, f"its message at {self.name}:{row.line}{place}: {fault.reason}") from fault
            if message is None:
                left_out.append(f"the message at {self.name}:{row.line} has no text")
            else:
                found.append(Filed(row.line, message))
        found.sort(key=lambda one: one.message.at)
        return found[self._form.first == "description" :]

    def of_no_ticket(self) -> Iterator[tuple[str, Row]]:
        """What nobody has taken."""
        for external, rows in self._rows.items():
            for row in rows:
                yield external, row


def read_messages(path: Path | None, mapping: TicketMapping, reading: Reading) -> FiledMessages | None:
    """None: the mapping reads none from a file. Raise `Trouble`, before anything is sent.

    A row that cannot be read, or of no ticket, stops the import: its ticket would go in without it, and be
    complete from then on.
    """
    form = mapping.filed
    if form is None:
        if path is not None:
            raise Trouble("the mapping reads no messages from a file: give its `messages` a `ticket`")
        return None
    if path is None:
        raise Trouble("the mapping reads messages from a file of their own: name it with --messages")
    rows: dict[str, list[Row]] = {}
    for row in read_rows(path, mapping.delimiter):
        if row.fault is not None:
            raise BadFile(f"{path}:{row.line}: {row.fault}; nothing was sent")
        try:
            external = reading.text(row.values, form.ticket)
        except BadValue as fault:
            raise BadFile(f"{path}:{row.line}, column {fault.column}: {fault.reason}; nothing was sent") from fault
        if external is None:
            raise BadFile(f"{path}:{row.line}: the message does not say which ticket it is of; nothing was sent")
        rows.setdefault(external.strip(), []).append(row)
    return FiledMessages(form, str(path), reading, rows)
