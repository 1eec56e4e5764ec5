"""An agent's slots: what they may carry and carry, decided by one writer so that no limit is passed."""

from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from services.intake.domain.reaction import following_id
from services.intake.domain.rejected import Rejected
from shared.events.agent import (
    AgentCommandData,
    AgentEventData,
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    HoldSlot,
    ReleaseSlot,
    ReserveSlot,
    SetAgentLimit,
    SetAgentStatus,
    SlotPurpose,
    SlotReleased,
    SlotReserved,
)
from shared.events.envelope import Actor, ActorKind, Command, Event

AgentCommand = Command[AgentCommandData]
AgentEvent = Event[AgentEventData]

_MAY_PASS = frozenset({ActorKind.LEAD, ActorKind.ADMIN})


@dataclass(frozen=True, slots=True)
class Agent:
    """`slots` has the ticket of each reservation; two of one ticket are one ticket's load."""

    id: str
    max_load: int
    active: bool
    directory_version: int
    version: int
    status: AgentStatus = AgentStatus.OFFLINE
    slots: dict[UUID, UUID] = field(default_factory=dict)
    conversation_version: int = 0

    @property
    def load(self) -> int:
        return len(set(self.slots.values()))


def decide(command: AgentCommand, agent: Agent | None) -> tuple[AgentEventData, ...]:
    """What happens; nothing where it is already so. Raise `Rejected` where the command is refused."""
    match command.data:
        case SetAgentLimit() as limit:
            return _limit(limit, agent)
        case SetAgentStatus(status=status):
            known = _known(command.subject, agent)
            _check_own(command.actor, known)
            return () if known.status is status else (AgentStatusSet(status),)
        case ReserveSlot() as wish:
            return (_reserve(command, wish, _known(command.subject, agent)),)
        case HoldSlot() as hold:
            return _hold(hold, _known(command.subject, agent))
        case ReleaseSlot() as release:
            return _release(release, _known(command.subject, agent))
        case unknown:
            assert_never(unknown)


def _known(agent_id: str, agent: Agent | None) -> Agent:
    if agent is None:
        raise Rejected("unknown_agent", f"There is no agent {agent_id} in the directory.")
    return agent


def _check_own(actor: Actor, agent: Agent) -> None:
    if actor.id != agent.id and actor.kind not in _MAY_PASS:
        raise Rejected("forbidden", "An agent's status is set by themself or by a lead.")


def _limit(limit: SetAgentLimit, agent: Agent | None) -> tuple[AgentLimitSet, ...]:
    if agent is not None:
        stale = limit.directory_version <= agent.directory_version
        if stale or (limit.max_load, limit.active) == (agent.max_load, agent.active):
            return ()
    return (AgentLimitSet(limit.max_load, limit.active, limit.directory_version),)


def _reserve(command: AgentCommand, wish: ReserveSlot, agent: Agent) -> SlotReserved:
    """The router and whoever claims or gives as an agent stay below the limit; a lead may pass it."""
    if not agent.active:
        raise Rejected("inactive_agent", f"{agent.id} is not active and takes no tickets.")
    if wish.purpose is SlotPurpose.CLAIMED and command.actor.id != agent.id:
        raise Rejected("forbidden", "A ticket is claimed for oneself; assign it to give it to another.")
    may_pass = wish.purpose is SlotPurpose.ASSIGNED and command.actor.kind in _MAY_PASS
    reserved = _reserved(agent, reservation_of(command.id), wish.ticket_id, wish.purpose)
    if reserved.over_limit and not may_pass and wish.ticket_id not in agent.slots.values():
        raise Rejected(
            "no_free_slot",
            f"{agent.id} has {agent.load} tickets, and the limit is {agent.max_load}; finish one, or ask a lead.",
        )
    return replace(reserved, from_assignee=wish.from_assignee, explanation=wish.explanation)


def _hold(hold: HoldSlot, agent: Agent) -> tuple[SlotReserved, ...]:
    if hold.reservation in agent.slots:
        return ()
    return (_reserved(agent, hold.reservation, hold.ticket_id, SlotPurpose.RETURNED),)


def _release(release: ReleaseSlot, agent: Agent) -> tuple[SlotReleased, ...]:
    if release.reservation not in agent.slots:
        return ()
    kept = _without(agent.slots, release.reservation)
    return (SlotReleased(release.reservation, release.ticket_id, release.reason, len(set(kept.values()))),)


def _without(slots: dict[UUID, UUID], reservation: UUID) -> dict[UUID, UUID]:
    return {held: ticket for held, ticket in slots.items() if held != reservation}


def _reserved(agent: Agent, reservation: UUID, ticket_id: UUID, purpose: SlotPurpose) -> SlotReserved:
    load = len({*agent.slots.values(), ticket_id})
    return SlotReserved(reservation, ticket_id, purpose, load, agent.max_load, over_limit=load > agent.max_load)


def reservation_of(command_id: UUID) -> UUID:
    """The name of the hold that a command to reserve makes."""
    return following_id(command_id, "reservation")


def evolve(agent: Agent | None, event: AgentEvent) -> Agent:
    """The agent after the event. An event other than a limit on no agent is a broken log: `ValueError`."""
    match event.data:
        case AgentLimitSet() as limit:
            if agent is None:
                return Agent(event.subject, limit.max_load, limit.active, limit.directory_version, event.version)
            return replace(
                agent,
                max_load=limit.max_load,
                active=limit.active,
                directory_version=limit.directory_version,
                version=event.version,
            )
        case _ if agent is None:
            raise ValueError(f"the log of agent {event.subject} does not begin with a limit")
        case AgentStatusSet(status=status):
            return replace(agent, status=status, version=event.version)
        case SlotReserved(reservation=reservation, ticket_id=ticket):
            return replace(agent, slots={**agent.slots, reservation: ticket}, version=event.version)
        case SlotReleased(reservation=released):
            return replace(agent, slots=_without(agent.slots, released), version=event.version)
        case unknown:
            assert_never(unknown)
