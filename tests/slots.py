"""What the logs of tickets and agents say of slots: the same, when all is quiet."""

from collections.abc import Mapping
from uuid import UUID

from services.intake.domain import agent
from services.intake.domain.agent import Agent
from services.intake.domain.evolve import evolve
from services.intake.domain.ticket import Ticket
from services.intake.domain.ticket_slots import COUNTED
from shared.events.agent import SlotPurpose, SlotReserved
from shared.runtime.settings import Settings
from tests.processing import agent_events, events

Slots = Mapping[str, Mapping[UUID, UUID]]
"""Of each agent with any, the ticket of each reservation."""


def folded(settings: Settings) -> tuple[Mapping[str, Ticket], Mapping[str, Agent]]:
    tickets: dict[str, Ticket] = {}
    for event in events(settings):
        tickets[event.subject] = evolve(tickets.get(event.subject), event)
    agents: dict[str, Agent] = {}
    for one in agent_events(settings):
        agents[one.subject] = agent.evolve(agents.get(one.subject), one)
    return tickets, agents


def slots_held(agents: Mapping[str, Agent]) -> Slots:
    """As the agents have it."""
    return {name: one.slots for name, one in agents.items() if one.slots}


def slots_due(tickets: Mapping[str, Ticket]) -> Slots:
    """As the tickets have it: of each that is open or pending inside, its assignee's."""
    due: dict[str, dict[UUID, UUID]] = {}
    for ticket in tickets.values():
        if ticket.assignee_id is not None and ticket.status in COUNTED and ticket.reservation is not None:
            due.setdefault(ticket.assignee_id, {})[ticket.reservation] = ticket.id
    return due


def granted_below_the_limit(settings: Settings, purpose: SlotPurpose) -> int:
    """How many were granted, each with room for it, or for a ticket that was held already."""
    granted, agents = 0, dict[str, Agent]()
    for event in agent_events(settings):
        before = agents.get(event.subject)
        agents[event.subject] = after = agent.evolve(before, event)
        if isinstance(event.data, SlotReserved) and event.data.purpose is purpose:
            assert before is not None
            assert after.load <= after.max_load or after.load == before.load, event
            granted += 1
    return granted
