"""`casefold import`: tickets from an export of another system."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.ops.client import ApiClient, As, Token, Url, connect
from services.ops.importing.filed_messages import read_messages
from services.ops.importing.folding import Folded, fold
from services.ops.importing.histories import Tickets
from services.ops.importing.mapping import load_mapping
from services.ops.importing.names import Names
from services.ops.importing.report import ImportReport
from services.ops.importing.rows import read_rows
from services.ops.importing.sending import send
from services.ops.importing.told import BadRow, TicketRow, Told
from services.ops.importing.values import Reading
from services.ops.trouble import Trouble
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False)


@app.command(name="import")
def import_(  # noqa: PLR0913 # one parameter an option
    file: Annotated[Path, typer.Argument(help="A .csv or .jsonl file, or one compressed to .gz.")],
    *,
    mapping: Annotated[Path, typer.Option(help="A YAML file that says which column is which property.")],
    messages: Annotated[
        Path | None, typer.Option(help="A file of the tickets' messages, where the export has one.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the other system; else the mapping's.")] = None,
    timezone: Annotated[str, typer.Option(help="Zone of times that state none, e.g. Europe/Berlin.")] = "UTC",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of the rows.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the whole report there, as JSON.")] = None,
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """Import tickets, as they are or with their history; a second run changes nothing.

    The exit code is 1 where any row was refused.
    """
    known = load_mapping(mapping)
    name = source or known.source
    if name is None:
        raise Trouble("the other system has no name: give --source, or `source:` in the mapping")
    names = Names(known.people)
    reading = Reading(frozenset(known.unknown), known.times, _zone(timezone), names)
    tickets = Tickets(known, reading, name, read_messages(messages, known, reading))
    total = sum(1 for _ in read_rows(file, known.delimiter))
    console = Console(stderr=True)
    said = ImportReport(str(file), name, dry_run)
    api = None if dry_run else connect(Settings(), url, token, as_whom, "importer")
    with _progress(console) as progress:
        task = progress.add_task("importing", total=total)
        told = tickets.of(read_rows(file, known.delimiter))
        run(told, api, said, lambda: progress.update(task, advance=1, total=max(total, said.rows)))
    said.renamed = list(names.renamed())
    said.order()
    said.show(Console())
    if report is not None:
        said.write(report)
    if said.refused:
        raise typer.Exit(1)


def run(tickets: Iterable[Told], api: ApiClient | None, report: ImportReport, advance: Callable[[], None]) -> None:
    """Fold every row; send those that can be, unless there is nobody to send to."""
    now = datetime.now(UTC)
    prepared = _prepared(tickets, report, now, advance)
    if api is None:
        for ticket in prepared:
            for folded in ticket:
                _foretell(folded, report)
                advance()
        return

    def settle(row: TicketRow, result: Mapping[str, Any]) -> None:
        problem = result.get("problem")
        if problem is None:
            report.accept(repeated=result["recorded"]["repeated"])
        else:
            report.refuse(row, problem["code"], problem["detail"])
        advance()

    send(api, ([folded.row for folded in ticket] for ticket in prepared), settle)


def _prepared(
    tickets: Iterable[Told], report: ImportReport, now: datetime, advance: Callable[[], None]
) -> Iterator[Sequence[Folded]]:
    for told in tickets:
        report.rows += len(told)
        report.tickets += any(not isinstance(row, BadRow) or row.external is not None for row in told)
        good = []
        for row in told:
            if isinstance(row, BadRow):
                report.malformed(row)
                advance()
            else:
                good.append(row)
        if good:
            ticket = list(fold(good, now))
            for folded in ticket:
                report.note(folded.row, folded.implied)
            yield ticket


def _foretell(folded: Folded, report: ImportReport) -> None:
    if folded.refusal is None:
        report.accept()
    else:
        report.refuse(folded.row, folded.refusal.code, folded.refusal.detail)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Trouble(f"there is no time zone {name!r}: write it as in Europe/Berlin, or UTC") from None


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )
