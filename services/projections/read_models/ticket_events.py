"""Read model `ticket_events_v1`: one row an event, with its data as the contract writes it: the audit trail."""

from dataclasses import dataclass

from services.projections.read_models.delivered import Delivered
from shared.events.ticket_events import MessageRedacted

NAME, VERSION = "ticket_events", 1

VIEW = """
SELECT ticket_id, version, event_type, actor_kind, actor_id, created_at, occurred_at, payload, event_id,
    conversation_version, command_id, correlation_id, cause_id, origin, implied
FROM ticket_events_v1
"""


@dataclass(frozen=True, slots=True)
class Redaction:
    """The message of event `version` is to be forgotten."""

    ticket_id: str
    version: int


def redaction(delivered: Delivered) -> Redaction | None:
    """Every event is a row as it stands; a redaction also empties the body of an earlier one."""
    match delivered.event.data:
        case MessageRedacted(message=version):
            return Redaction(delivered.event.subject, version)
        case _:
            return None
