"""A history's rows and its ticket's messages from a file of their own, as they followed each other; pure."""

from collections import deque
from collections.abc import Iterator, Sequence

from services.ops.importing.filed_messages import Filed
from services.ops.importing.parts import MESSAGE
from services.ops.importing.told import BadRow, TicketRow


def interleaved(
    told: Sequence[TicketRow | BadRow], messages: Sequence[Filed], file: str
) -> Iterator[TicketRow | BadRow]:
    """Each message is a row of its own, numbered apart from the others, with the ticket as it was before it.

    A message of the same time as a row comes after it; none comes before the row that opens the ticket.
    """
    coming = deque(enumerate(messages))
    before: TicketRow | None = None
    for row in told:
        if before is not None and isinstance(row, TicketRow):
            while coming and coming[0][1].message.at < row.item.occurred_at:
                yield _message(before, *coming.popleft(), file)
        yield row
        if isinstance(row, TicketRow):
            before = row
    while before is not None and coming:
        yield _message(before, *coming.popleft(), file)


def _message(before: TicketRow, number: int, filed: Filed, file: str) -> TicketRow:
    own = {
        "row": MESSAGE + number,
        "occurred_at": filed.message.at,
        "messages": (filed.message,),
        "description": "",
        "reassignments": 0,
    }
    return TicketRow(filed.line, before.item.model_copy(update=own), file=file)
