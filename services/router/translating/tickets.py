"""Events of tickets as routing requests."""

from shared.events.envelope import Event, Origin
from shared.events.routing import (
    RoutingData,
    Side,
    TicketAnswered,
    TicketArrived,
    TicketDue,
    TicketLeft,
    TicketMoved,
    TicketNoted,
    TicketPropertiesChanged,
    TicketRaised,
    TicketTaken,
    TicketWaits,
)
from shared.events.ticket_changes import FieldsChanged, PriorityChanged, TicketCategorised, TicketTagged
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    FollowUpOpened,
    InternalAwaited,
    MessageRedacted,
    RequesterReplied,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEventData,
    TicketOpened,
    TicketQueued,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTransferred,
    TicketUnassigned,
)
from shared.events.ticket_events import TicketNoted as Noted
from shared.events.ticket_promises import SlaTargeted, TicketEscalated
from shared.events.ticket_values import FieldValue, Status

LANGUAGE_FIELD = "language"


def request_of(  # noqa: C901, PLR0911, PLR0912 - one case an event
    event: Event[TicketEventData], rule_tags: tuple[str, ...] = (), language: str | None = None
) -> RoutingData | None:
    """None: routing does not rest on it, or it is an import's.

    For an opening: `rule_tags` are those that keyword rules bring, `language` is the requester's organisation's.
    """
    if event.origin is Origin.IMPORT:
        return None
    match event.data:
        case TicketOpened() as opened:
            return TicketArrived(
                priority=opened.priority,
                created_at=event.occurred_at,
                team_id=opened.team_id,
                category=opened.category,
                tags=tuple(dict.fromkeys((*opened.tags, *rule_tags))),
                language=_language(opened.fields.get(LANGUAGE_FIELD)) or language,
            )
        case TicketAssigned(assignee_id=agent, explanation=explanation):
            return TicketTaken(agent, routed=explanation is not None)
        case TicketClaimed(assignee_id=agent):
            return TicketTaken(agent)
        case TicketUnassigned():
            return TicketLeft()
        case TicketQueued():
            return TicketWaits()
        case RequesterReplied():
            return TicketAnswered(Side.REQUESTER)
        case AgentReplied():
            return TicketAnswered(Side.AGENT)
        case Noted() | MessageRedacted() | FollowUpOpened():
            return TicketNoted()
        case CustomerAwaited():
            return TicketMoved(Status.PENDING_CUSTOMER)
        case InternalAwaited():
            return TicketMoved(Status.PENDING_INTERNAL)
        case TicketResumed() | TicketReopened():
            return TicketMoved(Status.OPEN)
        case TicketResolved():
            return TicketMoved(Status.RESOLVED)
        case TicketClosed():
            return TicketMoved(Status.CLOSED)
        case PriorityChanged(priority=priority):
            return TicketPropertiesChanged(priority=priority)
        case TicketCategorised(category=category):
            return TicketPropertiesChanged(category=category, cleared=_cleared("category", category))
        case TicketTransferred(team_id=team):
            return TicketPropertiesChanged(team_id=team, cleared=_cleared("team_id", team))
        case TicketTagged(added=added, removed=removed):
            return TicketPropertiesChanged(tags_added=added, tags_removed=removed)
        case FieldsChanged(values=values) if LANGUAGE_FIELD in values:
            spoken = _language(values[LANGUAGE_FIELD])
            return TicketPropertiesChanged(language=spoken, cleared=_cleared("language", spoken))
        case SlaTargeted(clocks=clocks):
            due = (one.due_at for one in clocks if one.due_at is not None and one.stopped_at is None)
            return TicketDue(min(due, default=None))
        case TicketEscalated(target_tier=tier) if tier is not None:
            return TicketRaised(tier)
        case _:
            return None


def _cleared(name: str, value: str | None) -> tuple[str, ...]:
    return (name,) if value is None else ()


def _language(value: FieldValue | None) -> str | None:
    return value.lower() if isinstance(value, str) and value else None
