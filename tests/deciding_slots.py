"""Given, when and then for an agent's slots."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from services.intake.domain import agent
from services.intake.domain.agent import Agent, AgentCommand, AgentEvent
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from shared.events.agent import (
    AgentCommandData,
    AgentEventData,
    AgentLimitSet,
    AgentStatus,
    ReserveSlot,
    SetAgentStatus,
    SlotPurpose,
    SlotReserved,
)
from shared.events.envelope import Actor, Command
from shared.events.routing_values import Explanation
from tests.deciding import (
    AT,
    ROUTER,
    SLOT,
    TICKET,
)

OTHER = UUID("0189d3f4-0000-7000-8000-000000000002")


LIMIT = AgentLimitSet(1, active=True, directory_version=1)


HELD = SlotReserved(SLOT, OTHER, SlotPurpose.ROUTED, 1, 1)


WHY = Explanation(7, AT, 1, 3, 0)


def asked(data: AgentCommandData, actor: Actor = ROUTER, *, subject: str = "ada", number: int = 1) -> AgentCommand:
    command = UUID(int=0xA0 << 100 | number)
    return Command(command, subject, actor, AT, command, data)


def known(*facts: AgentEventData) -> Agent:
    state: Agent | None = None
    for number, fact in enumerate(facts):
        cause = asked(SetAgentStatus(AgentStatus.ONLINE), number=1000 + number)
        (event,) = recorded(cause, (fact,), number)
        state = agent.evolve(state, event)
    assert state is not None
    return state


def recorded(command: AgentCommand, facts: Sequence[AgentEventData], version: int) -> tuple[AgentEvent, ...]:
    return record(command, facts, version, 0)


def refusal(command: AgentCommand, state: Agent | None) -> str:
    with pytest.raises(Rejected) as refused:
        agent.decide(command, state)
    return refused.value.code


def reserve(purpose: SlotPurpose, ticket: UUID = TICKET) -> ReserveSlot:
    return ReserveSlot(ticket, purpose)
