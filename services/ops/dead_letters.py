"""`casefold dead-letters`: what a consumer group could not handle, and trying it again."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.ops.letters import Letter, letters, settle
from services.ops.redriving import GROUPS
from services.ops.terminal import printable
from services.ops.trouble import Trouble
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)

REDRIVEN = "redriven"

Name = Annotated[str, typer.Argument(metavar="LETTER", help="As `list` names it: GROUP/PARTITION-OFFSET.")]


@app.command(name="list")
def list_(
    *,
    group: Annotated[str | None, typer.Option(help="Only this consumer group's.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were redriven.")] = False,
) -> None:
    """List dead letters, oldest first."""
    settings = Settings()
    wanted = GROUPS if group is None else [_known(group)]
    found = [letter for name in wanted for letter in letters(settings, name)]
    shown = [letter for letter in found if everything or letter.action is None]
    if not shown:
        typer.echo("There are no dead letters.")
        return
    table = Table("letter", "when", "topic", "subject", "reason", "done", box=None)
    for letter in shown:
        at = f"{letter.says('dl_topic')} {letter.says('dl_partition')}-{letter.says('dl_offset')}"
        row = (
            letter.name,
            letter.says("dl_at"),
            at,
            letter.subject,
            letter.says("dl_reason"),
            letter.action or "",
        )
        table.add_row(*(Text(printable(value)) for value in row))
    Console().print(table)


@app.command()
def show(letter: Name) -> None:
    """Show a dead letter whole: its headers, its value, and why it is one."""
    found = _found(Settings(), letter)
    for name, value in found.headers:
        typer.echo(printable(f"{name}: {value.decode(errors='replace')}"))
    if found.action is not None:
        typer.echo(f"done: {found.action}")
    typer.echo()
    typer.echo("(no value)" if found.value is None else printable(found.value.decode(errors="replace")))


@app.command()
def redrive(
    letter: Annotated[list[str], typer.Argument(metavar="LETTER...", help="As `list` names them.")],
) -> None:
    """Try again, once the reason is gone; what was redriven is no longer listed."""
    settings = Settings()
    for found in [_found(settings, name) for name in letter]:
        if found.action is not None:
            raise Trouble(f"{found.name} was {found.action} already; where it failed again it is a new letter")
        typer.echo(GROUPS[found.group](settings, found))
        settle(settings, found, REDRIVEN)


def _found(settings: Settings, name: str) -> Letter:
    group, _, place = name.partition("/")
    for letter in letters(settings, _known(group)):
        if letter.place == place:
            return letter
    raise Trouble(f"there is no dead letter {name}: `casefold dead-letters list --all` names those that are kept")


def _known(group: str) -> str:
    if group not in GROUPS:
        raise Trouble(f"there is no consumer group {group!r} with dead letters: it is one of {', '.join(GROUPS)}")
    return group
