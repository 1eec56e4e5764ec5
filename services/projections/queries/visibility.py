"""What a requester may see: one table for events, one for fields of a ticket; what is not named here is hidden."""

from collections.abc import Mapping
from typing import Any

from shared.events.ticket_changes import FieldsChanged, PriorityChanged, TicketCategorised, TicketRetitled
from shared.events.ticket_events import (
    TICKET_EVENTS,
    AgentReplied,
    CustomerAwaited,
    FollowUpOpened,
    InternalAwaited,
    RequesterReplied,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEventData,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketUnassigned,
)
from shared.events.ticket_promises import TicketRated

_SHOWN: Mapping[type[TicketEventData], frozenset[str]] = {
    TicketOpened: frozenset(
        {
            "reference",
            "subject",
            "description",
            "channel",
            "priority",
            "requester",
            "category",
            "fields",
            "follows",
            "external",
        }
    ),
    TicketAssigned: frozenset({"assignee_id"}),
    TicketClaimed: frozenset({"assignee_id"}),
    TicketUnassigned: frozenset(),
    RequesterReplied: frozenset({"message"}),
    AgentReplied: frozenset({"message"}),
    CustomerAwaited: frozenset(),
    InternalAwaited: frozenset(),
    TicketResumed: frozenset(),
    TicketResolved: frozenset({"article_id", "resolved_at"}),
    TicketReopened: frozenset(),
    TicketClosed: frozenset({"closed_at"}),
    PriorityChanged: frozenset({"priority"}),
    TicketCategorised: frozenset({"category"}),
    TicketRetitled: frozenset({"subject"}),
    FieldsChanged: frozenset({"values"}),
    FollowUpOpened: frozenset({"follow_up_id"}),
    TicketRated: frozenset({"resolution", "score", "comment"}),
}

SHOWN_EVENTS: Mapping[str, frozenset[str]] = {
    TICKET_EVENTS.name_of_type(event): shown for event, shown in _SHOWN.items()
}
"""Type name of each event that a requester may see, and the fields of its data that they see."""

HIDDEN_FIELDS = frozenset(
    {
        "team_id",
        "close_reason",
        "first_response_due_at",
        "next_reply_due_at",
        "resolution_due_at",
        "breached",
        "escalation_level",
        "reassignments",
    }
)
"""Fields of a ticket that are null to a requester; `tags` is empty to them."""


def shown(event_type: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Of an event's data, what a requester may see."""
    visible = SHOWN_EVENTS.get(event_type, frozenset())
    return {name: value for name, value in payload.items() if name in visible}
