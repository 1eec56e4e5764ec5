"""How each event of `ticket.events` changes what is known of a ticket's clocks."""

from dataclasses import replace
from datetime import datetime

from services.sla.domain.evolve_clocks import answered, asked, became, reopened, stopped
from services.sla.domain.evolve_inputs import with_inputs, with_priority
from services.sla.domain.evolve_recorded import with_recorded
from services.sla.domain.ticket import Escalating, Ground, History, TicketClocks
from shared.events.envelope import Event, Origin
from shared.events.ticket_changes import PriorityChanged, TicketCategorised, TicketTagged
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
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
    TicketTransferred,
)
from shared.events.ticket_promises import (
    AgentSilent,
    SlaAtRisk,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    TicketEscalated,
)
from shared.events.ticket_values import Clock, SlaInputs, Status

TicketEvent = Event[TicketEventData]

CLOCKS_DEPEND_ON: frozenset[type[TicketEventData]] = frozenset(
    {
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
    }
)
"""What makes a new basis, for the ticket's decider as for this fold."""


def evolve(state: TicketClocks | None, event: TicketEvent, *, imports: bool = False) -> TicketClocks | None:
    """The ticket after the event; None: nothing is left to keep, or was ever known of it.

    A closed ticket is kept only while a breach that came before the end is not on record. An event that was folded
    already changes nothing. An import's events start no clock, unless `imports`.
    """
    live = imports or event.origin is not Origin.IMPORT
    if state is None:
        return _opened(event, event.data, live=live) if isinstance(event.data, TicketOpened) else None
    if event.version <= state.version:
        return state
    basis = event.version if type(event.data) in CLOCKS_DEPEND_ON else state.basis
    before = state._replace(version=event.version, basis=basis, escalating=None)
    if state.status is Status.CLOSED:
        return _after_the_end(before, event.data)
    escalating = state.escalating
    if escalating is not None and escalating.command_id != event.command_id:
        escalating = None
    return _changed(before, event, escalating, live=live)


def _opened(event: TicketEvent, opened: TicketOpened, *, live: bool) -> TicketClocks:
    at = event.occurred_at
    inputs = SlaInputs(
        opened.priority,
        opened.channel,
        opened.category,
        opened.team_id,
        opened.requester.organisation,
        opened.tags,
    )
    clocks = (History(Clock.FIRST_RESPONSE, 1, at), History(Clock.RESOLUTION, 1, at)) if live else ()
    return TicketClocks(
        version=event.version,
        basis=event.version,
        moved=event.version,
        ground=Ground(inputs),
        statuses=((at, Status.NEW),),
        clocks=clocks,
        awaiting_since=at,
        unanswered_since=at if live else None,
    )


def _changed(  # noqa: C901, PLR0911, PLR0912 - one case an event
    state: TicketClocks, event: TicketEvent, escalating: Escalating | None, *, live: bool
) -> TicketClocks | None:
    at = event.occurred_at
    match event.data:
        case TicketAssigned() | TicketClaimed():
            return became(state, Status.OPEN, at) if state.status is Status.NEW else state
        case RequesterReplied():
            return asked(state, at, live=live)
        case AgentReplied():
            return answered(state, at)
        case CustomerAwaited():
            return became(state, Status.PENDING_CUSTOMER, at)
        case InternalAwaited():
            return became(state, Status.PENDING_INTERNAL, at)
        case TicketResumed():
            return became(state, Status.OPEN, at)
        case TicketResolved(resolution=number, resolved_at=stated):
            resolved_at = (stated or at) if live else None
            return stopped(state, Status.RESOLVED, at)._replace(resolved_at=resolved_at, resolution=number)
        case TicketReopened():
            return reopened(state, at)
        case TicketClosed():
            return _closed(state, at)
        case PriorityChanged(priority=priority):
            return with_priority(state, priority, at, escalating)
        case TicketCategorised(category=category):
            return with_inputs(state, replace(state.inputs, category=category), at)
        case TicketTransferred(team_id=team):
            return with_inputs(state, replace(state.inputs, team_id=team), at)
        case TicketTagged(added=added, removed=removed):
            kept = tuple(tag for tag in state.inputs.tags if tag not in removed)
            return with_inputs(state, replace(state.inputs, tags=(*kept, *added)), at)
        case TicketEscalated(clock=clock, instance=instance):
            return state._replace(escalating=Escalating(event.command_id, clock, instance))
        case (SlaTargeted() | SlaAtRisk() | SlaBreached() | SlaBreachRevoked() | AgentSilent()) as recorded:
            return with_recorded(state, recorded)
        case _:
            return state


def _closed(state: TicketClocks, at: datetime) -> TicketClocks | None:
    """What broke before the end is still to be recorded, where its due time was that of the time."""
    current = state.recorded is not None and state.recorded.basis >= state.moved
    ended = stopped(state, Status.CLOSED, at)
    broken = tuple(history for history in ended.clocks if current and history.broken)
    return ended._replace(clocks=broken, resolved_at=None) if broken else None


def _after_the_end(state: TicketClocks, data: TicketEventData) -> TicketClocks | None:
    if not isinstance(data, SlaBreached | SlaBreachRevoked):
        return state
    after = with_recorded(state, data)
    broken = tuple(history for history in after.clocks if history.broken)
    return after._replace(clocks=broken) if broken else None
