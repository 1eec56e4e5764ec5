"""How messages and changes of state start, stop and resume clocks."""

from datetime import datetime

from services.sla.domain.ticket import History, TicketClocks
from shared.events.ticket_values import Clock, Status

_ANSWERED = (Clock.FIRST_RESPONSE, Clock.NEXT_REPLY)


def became(state: TicketClocks, status: Status, at: datetime) -> TicketClocks:
    """States follow each other in time, whatever the events say; before there is a clock, only the last counts."""
    if status is state.status:
        return state
    entered = max(at, state.statuses[-1][0]), status
    statuses = (*state.statuses, entered) if state.clocks else (entered,)
    return state._replace(statuses=statuses, moved=state.basis)


def asked(state: TicketClocks, at: datetime, *, live: bool) -> TicketClocks:
    """A requester's message: the oldest unanswered one starts next reply, after the first response was made."""
    if state.status is Status.PENDING_CUSTOMER:
        state = became(state, Status.OPEN, at)
    awaiting = state.awaiting_since or at
    if not live:
        return state._replace(awaiting_since=awaiting)
    if state.unanswered_since is None:
        state = _next_reply(state, at)
    return state._replace(awaiting_since=awaiting, unanswered_since=state.unanswered_since or at)


def _next_reply(state: TicketClocks, at: datetime) -> TicketClocks:
    first, known = state.clock(Clock.FIRST_RESPONSE), state.clock(Clock.NEXT_REPLY)
    if first is not None and first.stopped_at is None:
        return state
    if known is None:
        return with_history(state, History(Clock.NEXT_REPLY, 1, at))
    if known.stopped_at is None:
        return state
    return with_history(state, History(Clock.NEXT_REPLY, known.instance + 1, at))


def answered(state: TicketClocks, at: datetime) -> TicketClocks:
    """A public reply stops first response and next reply, the earliest in whatever order they come to light."""
    clocks = tuple(
        history._replace(stopped_at=at)
        if history.clock in _ANSWERED
        and history.started_at <= at
        and (history.stopped_at is None or at < history.stopped_at)
        else history
        for history in state.clocks
    )
    state = state._replace(clocks=clocks)
    if state.unanswered_since is not None and at >= state.unanswered_since:
        state = state._replace(unanswered_since=None)
    if state.awaiting_since is not None and at >= state.awaiting_since:
        state = state._replace(awaiting_since=None, silences=())
    return state


def stopped(state: TicketClocks, status: Status, at: datetime) -> TicketClocks:
    """Resolved or closed: no clock runs any more, and nobody waits for an answer."""
    clocks = tuple(
        history._replace(stopped_at=at) if history.stopped_at is None else history for history in state.clocks
    )
    moved = state.moved
    return became(state, status, at)._replace(
        clocks=clocks, moved=moved, awaiting_since=None, unanswered_since=None, silences=()
    )


def reopened(state: TicketClocks, at: datetime) -> TicketClocks:
    """The resolution clock goes on; whether it begins anew is for the policy to say.

    A target that was recorded of it as stopped holds no more, unless its due time is kept.
    """
    state = became(state, Status.OPEN, at)._replace(resolved_at=None)
    known = state.clock(Clock.RESOLUTION)
    if known is None:
        return state
    was_stopped = known.target is not None and known.target.stopped_at is not None
    target = None if was_stopped and not known.kept else known.target
    state = with_history(state, known._replace(stopped_at=None, ground=None, target=target))
    return state._replace(reopened=state.reopened + 1, reopened_at=at)


def with_history(state: TicketClocks, history: History) -> TicketClocks:
    """In place of the clock's earlier instance; the order of the clocks is that of their kind."""
    others = [known for known in state.clocks if known.clock is not history.clock]
    return state._replace(clocks=tuple(sorted((*others, history), key=_order)))


_ORDER = {clock: place for place, clock in enumerate(Clock)}


def _order(history: History) -> int:
    return _ORDER[history.clock]
