"""A ticket, and a list of them, as a terminal shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.ops.history_words import in_words
from services.ops.terminal import printable

Json = Mapping[str, Any]

_TIMES = (
    "created_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "first_response_due_at",
    "next_reply_due_at",
    "resolution_due_at",
)
_OF_TICKET = (
    "status",
    "priority",
    "channel",
    "requester_id",
    "assignee_id",
    "team_id",
    "category",
    "tags",
    "fields",
    "external",
    "follows",
    *_TIMES,
)


def show_ticket(console: Console, ticket: Json, comments: Sequence[Json], events: Sequence[Json]) -> None:
    """Header, conversation and history."""
    console.print(Panel(_header(ticket), title=_text(f"{ticket['reference']}  {ticket['subject']}")))
    console.print(_message(ticket["requester_id"], ticket["created_at"], ticket["description"], internal=False))
    for comment in comments:
        body = "(redacted)" if comment["redacted"] else comment["body"]
        console.print(_message(comment["author_id"], comment["created_at"], body, internal=comment["internal"]))
    history = Table("", "when", "who", "what", title="History", title_justify="left", box=None)
    for event in events:
        who = f"{event['actor_kind']} {event['actor_id']}"
        row = (str(event["version"]), moment(event["occurred_at"]), who, in_words(event))
        history.add_row(*map(_text, row))
    console.print(history)


def show_list(console: Console, tickets: Iterable[Json]) -> None:
    columns = ("reference", "status", "priority", "subject", "requester", "assignee", "opened")
    table = Table(*columns, box=None)
    for ticket in tickets:
        row = (
            ticket["reference"],
            ticket["status"],
            ticket["priority"],
            ticket["subject"],
            ticket["requester_id"],
            ticket["assignee_id"] or "",
            moment(ticket["created_at"]),
        )
        table.add_row(*map(_text, row))
    console.print(table)


def moment(text: str) -> str:
    """To the minute, in the terminal's own zone."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M %Z")


def _header(ticket: Json) -> RenderableType:
    facts = Table(box=None, show_header=False)
    for name in _OF_TICKET:
        value = ticket.get(name)
        if value not in (None, [], {}):
            facts.add_row(name.removesuffix("_id").replace("_", " "), _text(_said(name, value)))
    broken = [name.replace("_", " ") for name, is_broken in (ticket["breached"] or {}).items() if is_broken]
    if broken:
        facts.add_row("breached", ", ".join(broken))
    if ticket["escalation_level"]:
        facts.add_row("escalation level", str(ticket["escalation_level"]))
    facts.add_row("id", str(ticket["id"]))
    return facts


def _said(name: str, value: object) -> str:
    if name in _TIMES:
        return moment(str(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} = {entry}" for key, entry in value.items())
    return str(value)


def _message(author: str, at: str, body: str, *, internal: bool) -> RenderableType:
    mark = "  internal note" if internal else ""
    return Group(Text(printable(f"{author}  {moment(at)}{mark}"), style="bold"), _text(body), Text(""))


def _text(value: str) -> Text:
    return Text(printable(value))
