"""What an export's rows tell: rows that can be sent, and rows that cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.api.bulk_bodies import ImportItem


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A row that can be sent.

    `assumed`: what was put in that the row itself does not say; `left_out`: what of it is not sent; in words.
    `file`: where it is, if not in the file of the tickets.
    """

    line: int
    item: ImportItem
    assumed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be sent, and why."""

    line: int
    external: str | None
    row: int | None
    column: str | None
    reason: str
    file: str | None = None


Told = Sequence[TicketRow | BadRow]
"""All rows of one ticket, in order."""
