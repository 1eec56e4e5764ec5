"""`casefold ticket`: open, read and work tickets in a terminal."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from services.ops.asking import Ticket, name_in_path, pages
from services.ops.client import ApiClient, As, Token, Url, connect
from services.ops.ticket_view import show_list, show_ticket
from services.ops.trouble import Trouble
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)

Message = Annotated[str, typer.Argument(help="What you write.")]


def _connected(url: str | None, token: str | None, as_whom: str | None) -> ApiClient:
    return connect(Settings(), url, token, as_whom, "agent")


@app.command(name="open")
def open_(  # noqa: PLR0913 # one parameter an option
    subject: Annotated[str | None, typer.Argument(help="In a few words.")] = None,
    *,
    subject_option: Annotated[str | None, typer.Option("--subject", help="The same, as an option.")] = None,
    description: Annotated[str, typer.Option(help="All of it.")] = "",
    priority: Annotated[str | None, typer.Option(help="P1, P2 or P3; P1 is the most urgent.")] = None,
    category: Annotated[str | None, typer.Option()] = None,
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    requester_email: Annotated[str | None, typer.Option(help="On whose behalf; not for requesters.")] = None,
    requester_name: Annotated[str | None, typer.Option()] = None,
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """Open a ticket."""
    said = subject or subject_option
    if not said:
        raise Trouble('a ticket needs a subject: casefold ticket open "The printer is on fire"')
    requester = {"email": requester_email, "name": requester_name}
    given = {
        "subject": said,
        "description": description,
        "priority": priority,
        "category": category,
        "tags": tag or None,
        "requester": {name: value for name, value in requester.items() if value is not None} or None,
    }
    body = {name: value for name, value in given.items() if value is not None}
    answer = _connected(url, token, as_whom).change("/tickets", body)
    Console().print(f"Opened {answer['reference']} ({answer['ticket_id']}).", highlight=False)


@app.command()
def show(ticket: Ticket, *, url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Show a ticket: what it is, what was said and what happened."""
    api = _connected(url, token, as_whom)
    found = api.read(f"/tickets/{name_in_path(ticket)}", ticket)
    comments = list(pages(api, f"/tickets/{found['id']}/comments"))
    events = list(pages(api, f"/tickets/{found['id']}/events"))
    show_ticket(Console(), found, comments, events)


@app.command(name="list")
def list_(  # noqa: PLR0913 # one parameter an option
    *,
    status: Annotated[list[str] | None, typer.Option(help="new, open, pending_customer, ...")] = None,
    assignee: Annotated[list[str] | None, typer.Option(help="An agent's id, or none.")] = None,
    q: Annotated[str | None, typer.Option("--q", help="Words of it; -word must not be there.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """List tickets."""
    api = _connected(url, token, as_whom)
    found = pages(api, "/tickets", limit, status=status, assignee_id=assignee, q=q)
    show_list(Console(), islice(found, limit))


@app.command()
def reply(ticket: Ticket, message: Message, *, url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Answer; the requester sees it."""
    _act(_connected(url, token, as_whom), ticket, "replies", "Answered", {"body": message})


@app.command()
def note(ticket: Ticket, message: Message, *, url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Add an internal note, which no requester sees."""
    _act(_connected(url, token, as_whom), ticket, "notes", "Noted on", {"body": message})


@app.command()
def claim(ticket: Ticket, *, url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Take the ticket."""
    _act(_connected(url, token, as_whom), ticket, "claim", "Claimed", {})


@app.command()
def resolve(ticket: Ticket, *, url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """Say that the ticket is solved."""
    _act(_connected(url, token, as_whom), ticket, "resolve", "Resolved", {})


def _act(api: ApiClient, ticket: str, action: str, done: str, body: Mapping[str, object]) -> None:
    answer = api.change(f"/tickets/{_id(api, ticket)}/{action}", body)
    Console().print(f"{done} {answer['reference']}, now at version {answer['version']}.", highlight=False)
    if answer.get("follow_up_id") is not None:
        Console().print(f"It is closed; the message opened {answer['follow_up_id']}.", highlight=False)


def _id(api: ApiClient, ticket: str) -> UUID:
    """Commands go by id; a reference is looked up."""
    try:
        return UUID(ticket)
    except ValueError:
        return UUID(api.read(f"/tickets/{name_in_path(ticket)}", ticket)["id"])
