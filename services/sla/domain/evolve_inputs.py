"""How changes of what a ticket is bear on its clocks, and how an escalation's raise is told from other changes."""

from dataclasses import replace
from datetime import datetime

from services.sla.domain.ticket import Escalating, Ground, History, Raise, TicketClocks
from shared.events.ticket_values import Priority, SlaInputs


def with_priority(
    state: TicketClocks, priority: Priority, at: datetime, escalating: Escalating | None
) -> TicketClocks:
    """`escalating`: the change belongs to that escalation, and adds to the raises that hold."""
    inputs = replace(state.inputs, priority=priority)
    if escalating is None or priority is state.inputs.priority:
        return with_inputs(state, inputs, at)
    raised = Raise(at, state.inputs.priority, priority, escalating.clock, escalating.instance)
    return _grounded(state, Ground(inputs, (*state.ground.raises, raised)), at)


def with_inputs(state: TicketClocks, inputs: SlaInputs, at: datetime) -> TicketClocks:
    """From now on goals rest on these; another priority ends the raises. What is stopped keeps what it had."""
    if inputs == state.inputs:
        return state
    raises = state.ground.raises if inputs.priority is state.inputs.priority else ()
    return _grounded(state, Ground(inputs, raises), at)


def _grounded(state: TicketClocks, ground: Ground, at: datetime) -> TicketClocks:
    current = state.recorded is not None and state.recorded.basis >= state.moved
    clocks = tuple(_left_behind(history, state.ground, at, current=current) for history in state.clocks)
    return state._replace(ground=ground, clocks=clocks, moved=state.basis)


def _left_behind(history: History, ground: Ground, at: datetime, *, current: bool) -> History:
    """A clock whose due time had passed by then, whether or not that is on record yet, keeps it."""
    if history.stopped_at is not None:
        return history._replace(ground=history.ground or ground)
    due = None if history.target is None else history.target.due_at
    if current and due is not None and due <= at and not history.kept:
        return history._replace(kept=True)
    return history
