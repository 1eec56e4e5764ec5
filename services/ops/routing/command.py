"""`casefold route`: why a ticket went where it went, and where recorded ones would go by another directory."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.ops.asking import Ticket, name_in_path, pages
from services.ops.client import As, Token, Url, connect
from services.ops.directory.applying import change_to
from services.ops.directory.file import read_directory
from services.ops.directory.remote import read_remote
from services.ops.routing.changes import changes_of, left_aside
from services.ops.routing.dry_run import dry_run
from services.ops.since import moment_of
from services.ops.terminal import printable
from services.ops.ticket_view import moment
from services.ops.trouble import Trouble
from services.router.domain.replay import Difference, Replay
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def explain(ticket: Ticket, *, url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Say who was given the ticket, took it or lost it, and why; or why it waits."""
    api = connect(Settings(), url, token, as_whom, "agent")
    decisions = list(pages(api, f"/tickets/{name_in_path(ticket)}/routing", about=ticket))
    if not decisions:
        typer.echo("Nobody was given it yet, and it is not on record as waiting.")
    for decision in decisions:
        typer.echo(f"{moment(decision['created_at'])}, version {decision['version']}")
        for sentence in decision["words"]:
            typer.echo(f"  {printable(sentence)}")


@app.callback(invoke_without_command=True)
def route(  # noqa: PLR0913 # one parameter an option
    context: typer.Context,
    *,
    trying: Annotated[
        bool, typer.Option("--dry-run", help="Decide recorded requests again; nothing is sent.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="From when on, as 2026-11-24T12:00; UTC where it does not say.")
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(help="What is to be another, as `casefold directory apply` takes it; all else as it is now."),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Without what the file does not have, of the kinds that it has.")
    ] = False,
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """Say why a ticket went where it went, or, with --dry-run, who would have got what by another directory."""
    if context.invoked_subcommand is not None:
        return
    if not trying or since is None:
        raise Trouble("say `casefold route explain TICKET`, or `casefold route --dry-run --since WHEN`")
    settings, begins = Settings(), moment_of(since)
    changes = {}
    if directory is not None:
        remote = read_remote(connect(settings, url, token, as_whom, "admin"))
        filed = change_to(read_directory(directory), dict(remote.bodies), str(directory), prune=prune)
        changes = changes_of(filed)
        for key in left_aside(filed):
            typer.echo(f"{key} is another too, and is not tried: it bears on new tickets only.", err=True)
    for line in lines(asyncio.run(dry_run(settings, begins, changes)), changed=len(changes)):
        typer.echo(printable(line))


def lines(found: Replay, *, changed: int) -> Iterator[str]:
    """Each difference, then what they come to for each agent, then how much was looked at."""
    for one in found.differences:
        yield f"{one.ticket_id}: {_difference(one)}"
    more = Counter(one.changed for one in found.differences)
    more.subtract(one.recorded for one in found.differences)
    for agent_id, count in sorted((agent, count) for agent, count in more.items() if agent and count):
        yield f"{agent_id}: {count:+d}"
    said = _counted(len(found.differences), "difference") if found.differences else "no difference"
    under = _counted(changed, "change") if changed else "what is on record"
    yield f"{found.decisions} decisions looked at under {under}: {said}."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _difference(one: Difference) -> str:
    match one.recorded, one.changed:
        case None, changed:
            return f"{changed} would have got it, and the router has given it to nobody"
        case recorded, None:
            return f"{recorded} got it, and nobody would have then"
        case recorded, changed if recorded == changed:
            return f"{recorded} would have got it sooner"
        case recorded, changed:
            return f"{recorded} got it, and {changed} would have"
