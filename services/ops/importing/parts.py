"""Rows whose messages are too many for one command, told in several; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.intake.api.bulk_bodies import ImportedMessageBody, ImportItem
from services.ops.importing.told import BadRow, TicketRow
from shared.events.ticket_values import Status

MESSAGE = 2**48
"""From here on rows are numbered that are messages of a file of their own."""
_PART = 2**32
"""Added for each further part of a row: rows keep their numbers, however many parts they have."""
_MOST = 500
_MAX_BYTES = 224 * 1024
"""Of a part as JSON: a command has at most 256 KiB, and its form is a little wider."""
_WIDER = 100


def in_parts(told: Iterable[TicketRow | BadRow]) -> Iterator[TicketRow | BadRow]:
    """All but the last part of a row leave the ticket in the state in which it was before."""
    before = Status.NEW
    for row in told:
        if isinstance(row, BadRow):
            yield row
        else:
            yield from _parts(row, before)
            before = row.item.status


def _parts(row: TicketRow, before: Status) -> Iterator[TicketRow]:
    chunks = _chunks(row.item)
    last = len(chunks) - 1
    for number, messages in enumerate(chunks):
        if number < last:
            yield TicketRow(row.line, _part(row.item, number, messages, before), file=row.file)
        else:
            yield replace(row, item=_part(row.item, number, messages, row.item.status))


def _part(item: ImportItem, number: int, messages: Sequence[ImportedMessageBody], status: Status) -> ImportItem:
    own: dict[str, object] = {"messages": tuple(messages), "status": status}
    if number:
        own |= {"row": item.row + number * _PART, "description": "", "reassignments": 0}
    return item.model_copy(update=own)


def _chunks(item: ImportItem) -> Sequence[Sequence[ImportedMessageBody]]:
    """The first may be empty, where the description leaves no room."""
    chunks: list[list[ImportedMessageBody]] = [[]]
    size = len(item.model_dump_json(exclude={"messages"}).encode())
    bare = size - len(item.description.encode())
    for message in item.messages:
        more = len(message.model_dump_json().encode()) + _WIDER
        if len(chunks[-1]) == _MOST or (size + more > _MAX_BYTES and size > bare):
            chunks.append([])
            size = bare
        chunks[-1].append(message)
        size += more
    return chunks
