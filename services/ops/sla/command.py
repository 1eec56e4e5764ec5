"""`casefold sla`: the arithmetic of a ticket's clocks, a directory tried on open tickets, and applied to them."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from services.ops.asking import Ticket, name_in_path
from services.ops.client import ApiClient, As, Token, Url, connect
from services.ops.directory.applying import change_to
from services.ops.directory.file import read_directory
from services.ops.directory.remote import read_remote
from services.ops.sla.applying import Applied, Count, applied, with_change
from services.ops.sla.reading import last_known, open_tickets, read_books, read_ticket, spoken
from services.ops.terminal import printable
from services.ops.trouble import Trouble
from services.sla.domain.commands import target_command
from services.sla.domain.explain import explain as explained
from services.sla.sending import open_sending
from shared.runtime.broker_clock import BrokerClock
from shared.runtime.settings import Settings
from shared.words.sla import told

app = typer.Typer(add_completion=False, no_args_is_help=True)

_BATCH = 500


@app.command()
def explain(ticket: Ticket, *, url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Print the arithmetic of each of the ticket's clocks, step by step; of a closed one as it was before."""
    settings = Settings()
    ticket_id = _id(ticket, lambda: connect(settings, url, token, as_whom, "agent"))
    with spoken():
        events = asyncio.run(read_ticket(settings, ticket_id))
        books = asyncio.run(read_books(settings))
        state = last_known(events, imports=settings.sla_for_imports)
        accounts = () if state is None else explained(state, books)
    if not events:
        raise Trouble(f"there is no ticket {ticket}")
    if not accounts:
        typer.echo("It has no clock: nothing is promised to it, or it was imported.")
    for account in accounts:
        for sentence in told(account):
            typer.echo(printable(sentence))


def _id(ticket: str, api: Callable[[], ApiClient]) -> UUID:
    """A reference is looked up over HTTP."""
    try:
        return UUID(ticket)
    except ValueError:
        return UUID(api().read(f"/tickets/{name_in_path(ticket)}", ticket)["id"])


@app.command()
def preview(  # one parameter an option
    file: Annotated[Path, typer.Argument(help="A directory file, as `casefold directory apply` takes it.")],
    *,
    prune: Annotated[
        bool, typer.Option("--prune", help="Without what the file does not have, of the kinds that it has.")
    ] = False,
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """Say what would become of open tickets, were the file applied to the directory and to them; sends nothing."""
    settings, now = Settings(), datetime.now(UTC)
    remote = read_remote(connect(settings, url, token, as_whom, "admin"))
    change = change_to(read_directory(file), dict(remote.bodies), str(file), prune=prune)
    with spoken():
        books = asyncio.run(read_books(settings))
        with_change(books, change, remote.versions, now)
        count = Count()
        for one in applied(count.read(open_tickets(settings)), books, now, "preview", None):
            count.add(one)
    typer.echo(_said(count, "would"))


@app.command()
def reapply(
    *,
    reason: Annotated[str, typer.Option(help="On record with each change.")],
    policy: Annotated[str | None, typer.Option(help="Only tickets that go by this policy, or would.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
) -> None:
    """Have open tickets go by the policies and calendars of now."""
    if not reason.strip():
        raise Trouble("a reason is on record with each change: say one")
    settings, now = Settings(), datetime.now(UTC)
    with spoken():
        books = asyncio.run(read_books(settings))
        count = Count()
        found = applied(count.read(open_tickets(settings)), books, now, reason, policy)
        if dry_run:
            for one in found:
                count.add(one)
        else:
            asyncio.run(_send(settings, found, count, now))
    typer.echo(_said(count, "would" if dry_run else "will"))
    if count.applied and not dry_run:
        typer.echo(
            f"Asked for {count.applied}; a ticket that changes meanwhile stays as it is: say it again then."
        )


async def _send(settings: Settings, found: Iterator[Applied], count: Count, now: datetime) -> None:
    """As they are found: of many tickets, few are in memory."""
    async with open_sending(settings, BrokerClock()) as sending:
        while some := tuple(islice(found, _BATCH)):
            await sending.send([target_command(one.target, one.ticket_id, one.version, now) for one in some])
            for one in some:
                count.add(one)


def _said(count: Count, verb: str) -> str:
    return printable(
        f"Of {count.tickets} open tickets {count.moved} {verb} be due at other times, "
        f"of which {count.breaking} {verb} breach at once."
    )
