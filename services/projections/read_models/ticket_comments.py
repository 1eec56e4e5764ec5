"""Read model `ticket_comments_v1`: one row a reply or note, its body blank once redacted."""

from dataclasses import dataclass
from datetime import datetime

from services.projections.read_models.delivered import TicketEvent, readable
from shared.events.envelope import ActorKind
from shared.events.personal import PersonalCodec
from shared.events.ticket_events import AgentReplied, RequesterReplied, TicketNoted
from shared.events.ticket_values import BodyFormat

NAME, VERSION = "ticket_comments", 1

VIEW = """
SELECT ticket_id, version, author_kind, author_id, internal, body, format, created_at, redacted
FROM ticket_comments_v1
"""


@dataclass(frozen=True, slots=True)
class CommentRow:
    """`internal` is a note, never shown to a requester; `created_at` is when it was said."""

    ticket_id: str
    version: int
    author_kind: ActorKind
    author_id: str
    internal: bool
    body: str
    format: BodyFormat
    created_at: datetime


def evolve(event: TicketEvent, codec: PersonalCodec) -> CommentRow | None:
    match event.data:
        case RequesterReplied(message=message) | AgentReplied(message=message) | TicketNoted(message=message):
            return CommentRow(
                ticket_id=event.subject,
                version=event.version,
                author_kind=event.actor.kind,
                author_id=event.actor.id,
                internal=isinstance(event.data, TicketNoted),
                body=readable(codec, message.body, f"{event.subject}/body"),
                format=message.format,
                created_at=event.occurred_at,
            )
        case _:
            return None
