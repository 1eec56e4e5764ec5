"""Read model `tickets_v1`: one row a ticket, as it is now."""

from dataclasses import replace
from uuid import UUID

from services.projections.read_models.delivered import TicketEvent, readable
from services.projections.read_models.ticket_row import Changes, Promise, TicketRow
from shared.events.personal import PersonalCodec
from shared.events.ticket_changes import (
    FieldsChanged,
    PriorityChanged,
    TicketCategorised,
    TicketRetitled,
    TicketTagged,
)
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    InternalAwaited,
    MessageRedacted,
    RequesterReplied,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTransferred,
    TicketUnassigned,
)
from shared.events.ticket_promises import SlaBreached, SlaBreachRevoked, SlaTargeted, TicketEscalated
from shared.events.ticket_values import Clock, ClockTarget, Status

NAME, VERSION = "tickets", 1

VIEW = """
SELECT id, reference, external, subject, description, channel, priority, status, requester_id, organisation,
    assignee_id, team_id, category, tags, fields, follows, origin, created_at, updated_at, first_response_at,
    resolved_at, closed_at, close_reason, first_response_due_at, next_reply_due_at, resolution_due_at,
    first_response_breached, next_reply_breached, resolution_breached, escalation_level, reopenings,
    reassignments, version, conversation_version
FROM tickets_v1
"""


class VersionGap(Exception):
    """An event does not follow the ticket's last one: the log is not what its writer promises."""


def evolve(row: TicketRow | None, event: TicketEvent, codec: PersonalCodec) -> TicketRow:
    """The row after the event; the same row for an event that it already holds. Raise `VersionGap`."""
    known = 0 if row is None else row.version
    if row is not None and event.version <= known:
        return row
    if event.version != known + 1:
        raise VersionGap(
            f"ticket {event.subject} is at version {known} and the log goes on with version {event.version}"
        )
    if row is None:
        if not isinstance(event.data, TicketOpened):
            raise VersionGap(f"the log of ticket {event.subject} does not begin with its opening")
        return _opened(event, event.data, codec)
    return row._replace(
        version=event.version,
        conversation_version=event.conversation_version,
        updated_at=max(row.updated_at, event.occurred_at),
        **_changes(row, event, codec),
    )


def _opened(event: TicketEvent, opened: TicketOpened, codec: PersonalCodec) -> TicketRow:
    return TicketRow(
        id=UUID(event.subject),
        version=event.version,
        conversation_version=event.conversation_version,
        reference=opened.reference,
        external=opened.external,
        subject=readable(codec, opened.subject, f"{event.subject}/subject"),
        description=readable(codec, opened.description, f"{event.subject}/description"),
        channel=opened.channel,
        priority=opened.priority,
        status=Status.NEW,
        requester_id=opened.requester.id,
        organisation=opened.requester.organisation,
        assignee_id=None,
        team_id=opened.team_id,
        category=opened.category,
        tags=opened.tags,
        follows=opened.follows,
        origin=event.origin,
        created_at=event.occurred_at,
        updated_at=event.occurred_at,
        fields=opened.fields,
    )


def _changes(row: TicketRow, event: TicketEvent, codec: PersonalCodec) -> Changes:  # noqa: C901, PLR0911, PLR0912 - one case an event
    match event.data:
        case (
            TicketAssigned(assignee_id=assignee, reassignments=more)
            | TicketClaimed(assignee_id=assignee, reassignments=more)
        ):
            status = Status.OPEN if row.status is Status.NEW else row.status
            return {"assignee_id": assignee, "status": status, "reassignments": row.reassignments + more}
        case TicketUnassigned(reassignments=more):
            return {"assignee_id": None, "reassignments": row.reassignments + more}
        case TicketTransferred(team_id=team, reassignments=more):
            return {"team_id": team, "reassignments": row.reassignments + more}
        case RequesterReplied():
            return {"status": Status.OPEN} if row.status is Status.PENDING_CUSTOMER else {}
        case AgentReplied(first_response=True):
            return {"first_response_at": event.occurred_at}
        case CustomerAwaited():
            return {"status": Status.PENDING_CUSTOMER}
        case InternalAwaited():
            return {"status": Status.PENDING_INTERNAL}
        case TicketResumed():
            return {"status": Status.OPEN}
        case TicketResolved(resolved_at=stated):
            return {"status": Status.RESOLVED, "resolved_at": stated or event.occurred_at}
        case TicketReopened():
            return {"status": Status.OPEN, "resolved_at": None, "reopenings": row.reopenings + 1}
        case TicketClosed(reason=reason, closed_at=stated):
            return {
                "status": Status.CLOSED,
                "closed_at": stated or event.occurred_at,
                "close_reason": reason,
                **_targeted(row, {}),
            }
        case PriorityChanged(priority=priority):
            return {"priority": priority}
        case TicketCategorised(category=category):
            return {"category": category}
        case TicketRetitled(subject=subject):
            return {"subject": readable(codec, subject, f"{event.subject}/subject")}
        case TicketTagged(added=added, removed=removed):
            return {"tags": (*(tag for tag in row.tags if tag not in removed), *added)}
        case FieldsChanged(values=values):
            merged = {**row.fields, **values}
            return {"fields": {name: v for name, v in merged.items() if v is not None}}
        case MessageRedacted(message=1):
            return {"description": ""}
        case SlaTargeted(clocks=clocks):
            return _targeted(row, {target.clock: target for target in clocks})
        case SlaBreached(clock=clock):
            return _promised(clock, replace(row.promise(clock), breached=True))
        case SlaBreachRevoked(clock=clock):
            return _promised(clock, replace(row.promise(clock), breached=False, due_at=None))
        case TicketEscalated(level=level):
            return {"escalation_level": level}
        case _:
            return {}


def _targeted(row: TicketRow, targets: dict[Clock, ClockTarget]) -> Changes:
    return {
        "first_response": _next(row.first_response, targets.get(Clock.FIRST_RESPONSE)),
        "next_reply": _next(row.next_reply, targets.get(Clock.NEXT_REPLY)),
        "resolution": _next(row.resolution, targets.get(Clock.RESOLUTION)),
    }


def _next(promise: Promise, target: ClockTarget | None) -> Promise:
    """A new start of the clock is not breached yet; a clock that is no longer targeted keeps what it was."""
    if target is None:
        return promise if promise.due_at is None else replace(promise, due_at=None)
    due_at = target.due_at if target.stopped_at is None else None
    return Promise(due_at, promise.breached and target.instance == promise.instance, target.instance)


def _promised(clock: Clock, promise: Promise) -> Changes:
    match clock:
        case Clock.FIRST_RESPONSE:
            return {"first_response": promise}
        case Clock.NEXT_REPLY:
            return {"next_reply": promise}
        case Clock.RESOLUTION:
            return {"resolution": promise}
