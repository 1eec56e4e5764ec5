"""How what is on record of clocks comes back to them: targets, warnings, breaches, silences."""

from collections.abc import Callable

from services.sla.domain.ticket import History, Recorded, TicketClocks
from shared.events.ticket_promises import (
    AgentSilent,
    SlaAtRisk,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
)
from shared.events.ticket_values import Clock, ClockTarget

RecordedData = SlaTargeted | SlaAtRisk | SlaBreached | SlaBreachRevoked | AgentSilent


def with_recorded(state: TicketClocks, data: RecordedData) -> TicketClocks:
    match data:
        case SlaTargeted():
            return _targeted(state, data)
        case SlaAtRisk(clock, instance):
            return _with(state, clock, instance, lambda history: history._replace(at_risk=True))
        case SlaBreached(clock, instance):
            return _with(state, clock, instance, lambda history: history._replace(breached=True, kept=True))
        case SlaBreachRevoked(clock, instance, _, met_at):
            return _with(
                state, clock, instance, lambda history: history._replace(breached=False, stopped_at=met_at)
            )
        case AgentSilent(since, minutes):
            return state._replace(silences=_silences(state, minutes)) if since == state.awaiting_since else state


def _targeted(state: TicketClocks, data: SlaTargeted) -> TicketClocks:
    targets = {target.clock: target for target in data.clocks}
    restarted = Clock.RESOLUTION in targets
    return state._replace(
        recorded=Recorded(
            data.policy_id,
            data.policy_version,
            data.calendar_id,
            data.calendar_version,
            data.basis,
            data.directory_offset,
        ),
        clocks=tuple(_with_target(history, targets.get(history.clock)) for history in state.clocks),
        reopened=0 if restarted else state.reopened,
        reopened_at=None if restarted else state.reopened_at,
    )


def _with_target(history: History, target: ClockTarget | None) -> History:
    """The log says which instance it is: nothing of an earlier one is left."""
    if target is None or target.instance == history.instance:
        return history._replace(target=target)
    return History(history.clock, target.instance, target.started_at, history.stopped_at, history.ground, target)


def _silences(state: TicketClocks, minutes: int) -> tuple[int, ...]:
    return tuple(sorted({*state.silences, minutes}))


def _with(state: TicketClocks, clock: Clock, instance: int, change: Callable[[History], History]) -> TicketClocks:
    return state._replace(
        clocks=tuple(
            change(history) if history.clock is clock and history.instance == instance else history
            for history in state.clocks
        )
    )
