"""What became of an import's rows: counted, and each refusal and each implied step with its reason."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from services.ops.importing.names import Renamed
from services.ops.importing.told import BadRow, TicketRow
from services.ops.terminal import printable

_SHOWN = 20
_SHOWN_NAMES = 5


@dataclass(frozen=True, slots=True)
class Refused:
    """`code` is the decider's or the API's; a row that does not fit the mapping has `malformed`.

    `file`: where the line is, if not in the file of the tickets.
    """

    line: int
    external: str | None
    row: int | None
    column: str | None
    code: str
    reason: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """Where the log is not as the source: a step that it skipped, a time that it lacks, a message left out."""

    line: int
    external: str
    row: int
    reason: str
    file: str | None = None


@dataclass(slots=True)
class ImportReport:
    """`accepted` rows are in the log; of these `repeated` ones were known to be so before.

    `messages` are those of all rows that can be sent. `renamed`: ids that are written otherwise here.
    """

    file: str
    source: str
    dry_run: bool
    tickets: int = 0
    rows: int = 0
    messages: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: list[Refused] = field(default_factory=list)
    implied: list[Noted] = field(default_factory=list)
    left_out: list[Noted] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)

    def accept(self, *, repeated: bool = False) -> None:
        self.accepted += 1
        self.repeated += repeated

    def malformed(self, row: BadRow) -> None:
        self.refused.append(
            Refused(row.line, row.external, row.row, row.column, "malformed", row.reason, row.file)
        )

    def refuse(self, row: TicketRow, code: str, reason: str) -> None:
        self.refused.append(Refused(row.line, row.item.external, row.item.row, None, code, reason, row.file))

    def note(self, row: TicketRow, implied: Sequence[str]) -> None:
        """What a row that can be sent differs by from the source."""
        self.messages += len(row.item.messages)
        self.implied += _noted(row, implied)
        self.left_out += _noted(row, row.left_out)

    def order(self) -> None:
        """As the files have them: answers come in another order."""
        self.refused.sort(key=_place)
        self.implied.sort(key=_place)
        self.left_out.sort(key=_place)

    def write(self, path: Path) -> None:
        """As JSON, whole."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def show(self, console: Console) -> None:
        """The first few of each kind; the file has all."""
        would = "would be " if self.dry_run else ""
        for title, found in (("Implied", self.implied), ("Left out", self.left_out), ("Refused", self.refused)):
            _listed(console, title, [self._said(one) for one in found])
        _listed(console, "Written otherwise", [_renaming(one) for one in self.renamed], _SHOWN_NAMES)
        repeated = f" ({self.repeated} had been before)" if self.repeated else ""
        messages = f" with {self.messages} messages" if self.messages else ""
        console.print(
            f"{self.rows} rows of {self.tickets} tickets{messages}: {self.accepted} {would}accepted{repeated}, "
            f"{len(self.refused)} {would}refused; {len(self.implied)} steps or times were implied.",
            highlight=False,
        )

    def _said(self, one: Refused | Noted) -> str:
        column = one.column if isinstance(one, Refused) else None
        place = f"{one.file or self.file}:{one.line}" + ("" if column is None else f", column {column}")
        of = "" if one.external is None else f" (ticket {one.external})"
        return f"{place}{of}: {one.reason}"


def _noted(row: TicketRow, reasons: Sequence[str]) -> list[Noted]:
    return [Noted(row.line, row.item.external, row.item.row, reason, row.file) for reason in reasons]


def _place(one: Refused | Noted) -> tuple[str, int]:
    return one.file or "", one.line


def _renaming(one: Renamed) -> str:
    others = f", which is the same as {' and '.join(map(repr, one.others))}" if one.others else ""
    return f"{one.kind} {one.source!r} is {one.id}{others}"


def _listed(console: Console, title: str, found: Sequence[str], most: int = _SHOWN) -> None:
    if not found:
        return
    console.print(f"[bold]{title}:[/bold]")
    for said in found[:most]:
        console.print(escape(printable(f"  {said}")), highlight=False, soft_wrap=True)
    if len(found) > most:
        console.print(f"  and {len(found) - most} more; --report FILE writes all of them", highlight=False)
