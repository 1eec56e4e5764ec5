"""The commands by which the ticket's decider is asked to record targets and fires."""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.sla.domain.fires import Fire, FireKind
from shared.events.envelope import Actor, ActorKind, Command, Event
from shared.events.identity import derived_id
from shared.events.ticket_commands import (
    BreachSla,
    CloseTicket,
    MarkAgentSilent,
    MarkSlaAtRisk,
    TargetSla,
    TicketCommandData,
)
from shared.events.ticket_values import Clock, CloseReason

SLA = Actor(ActorKind.SERVICE, "sla")


def target_command(
    target: TargetSla, ticket_id: UUID, version: int, now: datetime, cause: Event[object] | None = None
) -> Command[TicketCommandData]:
    """`version` is that of the ticket which the target was worked out from; `cause` the event that led to it.

    The same target at the same version has the same id, whoever sends it.
    """
    name = f"sla/target/{version}/{target.basis}/{target.directory_offset}"
    command_id = derived_id(ticket_id, name)
    return Command(
        id=command_id,
        subject=str(ticket_id),
        actor=SLA,
        now=now,
        correlation_id=command_id if cause is None else cause.correlation_id,
        data=target,
        cause_id=None if cause is None else cause.id,
        trace=None if cause is None else cause.trace,
    )


def fire_command(
    fire: Fire, ticket_id: UUID, version: int, basis: int, now: datetime
) -> Command[TicketCommandData]:
    """`version` and `basis` are those of the ticket as it was folded last.

    The same fire at the same version has the same id: asked again, it is decided once.
    """
    name = f"sla/{fire.kind}/{fire.clock}/{fire.instance}/{fire.mark.isoformat()}/{version}"
    command_id = derived_id(ticket_id, name)
    return Command(
        id=command_id,
        subject=str(ticket_id),
        actor=SLA,
        now=now,
        correlation_id=command_id,
        data=_wish(fire, basis),
    )


def _wish(fire: Fire, basis: int) -> TicketCommandData:
    match fire.kind:
        case FireKind.AT_RISK:
            return MarkSlaAtRisk(_clock(fire), fire.instance, fire.mark, basis)
        case FireKind.BREACH:
            return BreachSla(_clock(fire), fire.instance, fire.mark, basis)
        case FireKind.CLOSE:
            return CloseTicket(CloseReason.AUTO_CLOSE)
        case FireKind.SILENT:
            return MarkAgentSilent(fire.mark, fire.instance)
        case unknown:
            assert_never(unknown)


def _clock(fire: Fire) -> Clock:
    if fire.clock is None:
        raise ValueError(f"a fire {fire.kind} of no clock")
    return fire.clock
