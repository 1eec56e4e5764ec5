"""`casefold directory`: bring the directory to what a file says, write it to one, and make the first admin."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from services.ops.client import As, Token, Url, connect
from services.ops.directory.applying import change_to, warnings_about
from services.ops.directory.bootstrap import bootstrap_key
from services.ops.directory.demo import demo_text
from services.ops.directory.file import read_directory, text_of
from services.ops.directory.preset import preset_text
from services.ops.directory.remote import read_remote
from services.ops.trouble import Trouble
from shared.events.presets import Preset
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def apply(  # noqa: PLR0913 # one parameter an option
    file: Annotated[Path, typer.Argument(help="A YAML file, as `casefold directory export` writes one.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove what the file does not have, of the kinds that it has.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; only a person at a terminal is asked.")] = False,
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """Bring the directory to what the file says, and say what is different. Applied twice, it changes nothing."""
    filed = read_directory(file)
    remote = read_remote(connect(Settings(), url, token, as_whom, "admin"))
    change = change_to(filed, dict(remote.bodies), str(file), prune=prune)
    for line in change.lines():
        typer.echo(line)
    for warning in warnings_about(change.end()):
        typer.echo(f"warning: {warning}", err=True)
    if not dry_run:
        if change and not yes and sys.stdin.isatty():
            typer.confirm("Change it so?", abort=True)
        for step in change.steps():
            remote.take(step)
    verb = "would be " if dry_run else ""
    typer.echo(f"{change.added} {verb}added, {change.changed} {verb}changed, {len(change.removed)} {verb}removed.")


@app.command()
def export(url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Print the directory as a file that `apply` takes."""
    remote = read_remote(connect(Settings(), url, token, as_whom, "admin"))
    typer.echo(text_of(remote.bodies), nl=False)


@app.command()
def demo() -> None:
    """Print the demo directory, which `casefold up --demo` begins with."""
    typer.echo(demo_text(), nl=False)


@app.command()
def preset(name: Annotated[Preset, typer.Argument(help="Which one.")]) -> None:
    """Print the SLA policy and the escalation rules that hold where the directory has none, to be changed."""
    typer.echo(preset_text(name), nl=False)


@app.command()
def bootstrap(
    name: Annotated[str, typer.Option(help="What the log calls whoever holds the key.")] = "bootstrap",
) -> None:
    """Print a key for the first admin, this once; refused as soon as the directory has anything in it.

    It is asked for on Kafka itself, with no token: whoever can write there runs the platform.
    """
    first = asyncio.run(bootstrap_key(Settings(), name))
    typer.echo(first.key)
    typer.echo(
        f"The key {first.id} is an admin's, and is not shown again. When it has done its work, revoke it: "
        f"casefold key revoke {first.id}",
        err=True,
    )
    if not first.answered:
        raise Trouble("the processor has not answered: is it running? The key holds once it has taken it")
