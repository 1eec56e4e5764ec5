"""How each event changes a ticket."""

from collections.abc import Callable
from functools import partial
from typing import assert_never
from uuid import UUID

from services.intake.domain.evolve_promises import agent_answered, resolved_again, stopped, with_promise
from services.intake.domain.ticket import Resolution, Ticket
from services.intake.domain.ticket_slots import with_slot
from shared.events.envelope import Event, Origin
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
    FollowUpOpened,
    InternalAwaited,
    MessageRedacted,
    RequesterReplied,
    SourceChanged,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEventData,
    TicketNoted,
    TicketOpened,
    TicketQueued,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTransferred,
    TicketUnassigned,
)
from shared.events.ticket_promises import (
    AgentSilent,
    EscalationActionRequested,
    SlaAtRisk,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    SurveyScheduled,
    SurveySent,
    TicketEscalated,
    TicketRated,
)
from shared.events.ticket_values import Status

TicketEvent = Event[TicketEventData]

CONVERSATION = (
    TicketOpened,
    RequesterReplied,
    AgentReplied,
    TicketNoted,
    CustomerAwaited,
    InternalAwaited,
    TicketResumed,
    TicketResolved,
    TicketReopened,
    TicketClosed,
    FollowUpOpened,
    MessageRedacted,
)
"""What the conversation version counts: messages, notes and people's changes of status, never an assignment."""

_CLOCKS_DEPEND_ON = (
    TicketOpened,
    RequesterReplied,
    AgentReplied,
    CustomerAwaited,
    InternalAwaited,
    TicketResumed,
    TicketResolved,
    TicketReopened,
    TicketClosed,
    PriorityChanged,
    TicketCategorised,
    TicketTransferred,
    TicketTagged,
)


def evolve(ticket: Ticket | None, event: TicketEvent) -> Ticket:
    """The ticket after the event. An event other than the first on no ticket is a broken log: `ValueError`."""
    if ticket is None:
        if not isinstance(event.data, TicketOpened):
            raise ValueError(f"the log of ticket {event.subject} does not begin with its opening")
        return _opened(event, event.data)
    basis = event.version if isinstance(event.data, _CLOCKS_DEPEND_ON) else ticket.sla_basis
    imported = ticket.imported
    if event.origin is Origin.IMPORT and event.command_id not in imported:
        imported = (*imported, event.command_id)
    change = partial(
        ticket.with_changes,
        version=event.version,
        conversation_version=event.conversation_version,
        sla_basis=basis,
        imported=imported,
    )
    return with_slot(ticket, _changed(ticket, event, change), event)


def _opened(event: TicketEvent, opened: TicketOpened) -> Ticket:
    return Ticket(
        id=UUID(event.subject),
        reference=opened.reference,
        subject=opened.subject,
        channel=opened.channel,
        priority=opened.priority,
        status=Status.NEW,
        requester_id=opened.requester.id,
        organisation=opened.requester.organisation,
        created_at=event.occurred_at,
        version=event.version,
        conversation_version=event.conversation_version,
        team_id=opened.team_id,
        category=opened.category,
        tags=opened.tags,
        fields=dict(opened.fields),
        messages=(event.version,),
        sla_basis=event.version,
        awaiting_since=event.occurred_at,
        imported=(event.command_id,) if event.origin is Origin.IMPORT else (),
    )


def _changed(ticket: Ticket, event: TicketEvent, change: Callable[..., Ticket]) -> Ticket:  # noqa: C901, PLR0911, PLR0912 - one case an event
    match event.data:
        case TicketOpened():
            raise ValueError(f"the log of ticket {event.subject} opens it twice")
        case TicketAssigned(assignee_id=assignee) | TicketClaimed(assignee_id=assignee):
            status = Status.OPEN if ticket.status is Status.NEW else ticket.status
            return change(assignee_id=assignee, ever_assigned=True, status=status, queued=None)
        case TicketQueued(reason=reason, missing=missing):
            return change(queued=(reason, missing))
        case TicketUnassigned():
            return change(assignee_id=None)
        case RequesterReplied():
            resumed = Status.OPEN if ticket.status is Status.PENDING_CUSTOMER else ticket.status
            since = ticket.awaiting_since or event.occurred_at
            return change(status=resumed, awaiting_since=since, messages=_with_message(ticket, event))
        case AgentReplied(first_response=first):
            answers = ticket.awaiting_since is None or event.occurred_at >= ticket.awaiting_since
            return change(
                first_response_at=event.occurred_at if first else ticket.first_response_at,
                awaiting_since=None if answers else ticket.awaiting_since,
                clocks=agent_answered(ticket.clocks, event.occurred_at),
                messages=_with_message(ticket, event),
            )
        case TicketNoted() | FollowUpOpened():
            return change(messages=_with_message(ticket, event))
        case CustomerAwaited():
            return change(status=Status.PENDING_CUSTOMER)
        case InternalAwaited():
            return change(status=Status.PENDING_INTERNAL)
        case TicketResumed():
            return change(status=Status.OPEN)
        case TicketResolved() as resolved:
            resolution = Resolution(resolved.resolution, resolved.agent_id, resolved.team_id)
            return change(
                status=Status.RESOLVED,
                resolved_at=resolved.resolved_at or event.occurred_at,
                awaiting_since=None,
                clocks=stopped(ticket.clocks, event.occurred_at),
                resolutions=(*ticket.resolutions, resolution),
            )
        case TicketReopened():
            return change(status=Status.OPEN, resolved_at=None, clocks=resolved_again(ticket.clocks))
        case TicketClosed(closed_at=stated):
            return change(
                status=Status.CLOSED,
                closed_at=stated or event.occurred_at,
                awaiting_since=None,
                clocks=stopped(ticket.clocks, event.occurred_at),
            )
        case PriorityChanged(priority=priority):
            return change(priority=priority)
        case TicketCategorised(category=category):
            return change(category=category)
        case TicketTransferred(team_id=team):
            return change(team_id=team)
        case TicketRetitled(subject=subject):
            return change(subject=subject)
        case TicketTagged(added=added, removed=removed):
            kept = tuple(tag for tag in ticket.tags if tag not in removed)
            return change(tags=(*kept, *added))
        case FieldsChanged(values=values):
            merged = {**ticket.fields, **values}
            return change(fields={name: v for name, v in merged.items() if v is not None})
        case MessageRedacted(message=redacted):
            return change(messages=tuple(v for v in ticket.messages if v != redacted))
        case SourceChanged():
            return change()
        case (
            SlaTargeted()
            | SlaAtRisk()
            | SlaBreached()
            | SlaBreachRevoked()
            | AgentSilent()
            | TicketEscalated()
            | EscalationActionRequested()
            | SurveyScheduled()
            | SurveySent()
            | TicketRated()
        ) as promise:
            return with_promise(change(), promise)
        case unknown:
            assert_never(unknown)


def _with_message(ticket: Ticket, event: TicketEvent) -> tuple[int, ...]:
    return (*ticket.messages, event.version)
