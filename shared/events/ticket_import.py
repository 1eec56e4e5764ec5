"""The command of `ticket.commands` by which a ticket of another system is told, row by row."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.events.envelope import Actor
from shared.events.personal import Personal
from shared.events.ticket_values import Channel, FieldValue, Message, Priority, Requester, Status


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """A message of the source; `internal` is a note, else the author's kind says who answers whom."""

    author: Actor
    message: Message
    at: datetime
    internal: bool = False


@dataclass(frozen=True, slots=True)
class ImportTicket:
    """The ticket as one row of another system has it; the first opens it, each later one is a change.

    `row` names it within its ticket. The times are those of the source; the command's `occurred_at` is that of the
    row. `reassignments` is what the source counted since the row before; `messages` are new in this row.
    """

    source: str
    external: str
    row: int
    subject: Personal
    description: Personal
    requester: Requester
    status: Status
    channel: Channel
    priority: Priority
    opened_at: datetime
    category: str | None = None
    team_id: str | None = None
    assignee_id: str | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = field(default_factory=dict)
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reassignments: int = 0
    messages: tuple[ImportedMessage, ...] = ()
