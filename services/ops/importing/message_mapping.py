"""The part of the mapping file that says where a ticket's messages are, and which column is what of one."""

from typing import Literal

from pydantic import model_validator

from services.ops.importing.origins import Origin, Part


class MessagesFrom(Part):
    """Public replies, the requester's messages and internal notes.

    They are in a list of the ticket's JSON object, named by `column`; or each is a row of a file of its own,
    which says by `ticket` whose it is; or, with neither, in the ticket's row itself. The other properties name
    columns of that object or row. `first`: the list's first message is the ticket's description once more.
    """

    column: str | None = None
    ticket: Origin | None = None
    first: Literal["message", "description"] = "message"

    author: Origin
    kind: Origin | None = None
    body: Origin
    format: Origin | None = None
    at: Origin | None = None
    internal: Origin | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "MessagesFrom":
        if self.column is not None and self.ticket is not None:
            raise ValueError("give column for a list, or ticket for a file of its own, and not both")
        if self.in_row and self.first == "description":
            raise ValueError("first is of a list or a file; a row has one message")
        if not self.in_row and self.at is None:
            raise ValueError("give at, the time of each message")
        return self

    @property
    def in_row(self) -> bool:
        return self.column is None and self.ticket is None
