"""What became of an import's rows: counted, and each refusal and each implied step with its reason."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from services.ops.importing.histories import BadRow, TicketRow
from services.ops.terminal import printable

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Refused:
    """`code` is the decider's or the API's; a row that does not fit the mapping has `malformed`."""

    line: int
    external: str | None
    row: int | None
    column: str | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Implied:
    line: int
    external: str
    row: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """`accepted` rows are in the log; of these `repeated` ones were known to be so before."""

    file: str
    source: str
    dry_run: bool
    tickets: int = 0
    rows: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: list[Refused] = field(default_factory=list)
    implied: list[Implied] = field(default_factory=list)

    def accept(self, *, repeated: bool = False) -> None:
        self.accepted += 1
        self.repeated += repeated

    def malformed(self, row: BadRow) -> None:
        self.refused.append(Refused(row.line, row.external, row.row, row.column, "malformed", row.reason))

    def refuse(self, row: TicketRow, code: str, reason: str) -> None:
        self.refused.append(Refused(row.line, row.item.external, row.item.row, None, code, reason))

    def imply(self, row: TicketRow, reasons: Sequence[str]) -> None:
        self.implied += [Implied(row.line, row.item.external, row.item.row, reason) for reason in reasons]

    def order(self) -> None:
        """As the file has them: answers come in another order."""
        self.refused.sort(key=lambda one: one.line)
        self.implied.sort(key=lambda one: one.line)

    def write(self, path: Path) -> None:
        """As JSON, whole."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def show(self, console: Console) -> None:
        """The first few of each kind; the file has all."""
        would = "would be " if self.dry_run else ""
        self._listed(console, "Implied", [(one.line, None, one.external, one.reason) for one in self.implied])
        self._listed(
            console, "Refused", [(one.line, one.column, one.external, one.reason) for one in self.refused]
        )
        repeated = f" ({self.repeated} had been before)" if self.repeated else ""
        console.print(
            f"{self.rows} rows of {self.tickets} tickets: {self.accepted} {would}accepted{repeated}, "
            f"{len(self.refused)} {would}refused; {len(self.implied)} steps or times were implied.",
            highlight=False,
        )

    def _listed(
        self, console: Console, title: str, found: Sequence[tuple[int, str | None, str | None, str]]
    ) -> None:
        if not found:
            return
        console.print(f"[bold]{title}:[/bold]")
        for line, column, external, reason in found[:_SHOWN]:
            place = f"{self.file}:{line}" + ("" if column is None else f", column {column}")
            of = "" if external is None else f" (ticket {external})"
            console.print(escape(printable(f"  {place}{of}: {reason}")), highlight=False, soft_wrap=True)
        if len(found) > _SHOWN:
            console.print(f"  and {len(found) - _SHOWN} more; --report FILE writes all of them", highlight=False)
