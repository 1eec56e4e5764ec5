"""The aggregates that the processor writes: tickets, agents' slots, and the records of the directory."""

from collections.abc import Iterable

from pydantic import TypeAdapter

from services.intake.domain import agent, agent_react, directory
from services.intake.domain.decide import decide
from services.intake.domain.evolve import CONVERSATION, TicketEvent, evolve
from services.intake.domain.places import Places
from services.intake.domain.policy import Policy
from services.intake.domain.react import react
from services.intake.domain.reference import reference
from services.intake.domain.ticket import Ticket
from services.intake.known_places import known_places
from services.intake.processor.aggregate import Aggregate, AnyAggregate, Versioned
from shared.events.agent import AGENT_COMMANDS, AGENT_EVENTS, AgentCommandData, AgentEventData
from shared.events.directory import (
    DIRECTORY_COMMANDS,
    DIRECTORY_EVENTS,
    DirectoryCommandData,
    DirectoryEventData,
)
from shared.events.envelope import Event
from shared.events.outcomes import Accepted
from shared.events.ticket_commands import TICKET_COMMANDS, TicketCommandData
from shared.events.ticket_events import TICKET_EVENTS, FollowUpOpened, TicketEventData


def aggregates(policy: Policy) -> tuple[AnyAggregate, ...]:
    return (tickets(policy), AGENTS, records(known_places()))


def tickets(policy: Policy) -> Aggregate[Ticket, TicketCommandData, TicketEventData]:
    return Aggregate(
        stream="ticket",
        commands=TICKET_COMMANDS,
        events=TICKET_EVENTS,
        decide=lambda command, ticket, number, _: decide(
            command, ticket, policy, reference(number) if ticket is None else ticket.reference
        ),
        evolve=evolve,
        react=react,
        accepted=_accepted_ticket,
        conversation=CONVERSATION,
        state=TypeAdapter(Ticket),
    )


def records(places: Places) -> Aggregate[directory.State, DirectoryCommandData, DirectoryEventData]:
    return Aggregate(
        stream="directory",
        commands=DIRECTORY_COMMANDS,
        events=DIRECTORY_EVENTS,
        decide=lambda command, state, _, others: directory.decide(command, state, others, places),
        evolve=directory.evolve,
        react=directory.react,
        accepted=_accepted_record,
        conversation=(),
        state=TypeAdapter(directory.State),
    )


def _accepted_ticket(ticket: Ticket, events: Iterable[TicketEvent]) -> Accepted:
    followed = [e.data.follow_up_id for e in events if isinstance(e.data, FollowUpOpened)]
    return Accepted(
        ticket.version,
        ticket.conversation_version,
        reference=ticket.reference,
        follow_up_id=followed[0] if followed else None,
    )


def _accepted_record(record: Versioned, _: Iterable[Event[object]]) -> Accepted:
    return Accepted(record.version, record.conversation_version)


AGENTS: Aggregate[agent.Agent, AgentCommandData, AgentEventData] = Aggregate(
    stream="agent",
    commands=AGENT_COMMANDS,
    events=AGENT_EVENTS,
    decide=lambda command, known, _, __: agent.decide(command, known),
    evolve=agent.evolve,
    react=agent_react.react,
    accepted=_accepted_record,
    conversation=(),
    state=TypeAdapter(agent.Agent),
    react_again=agent_react.react_again,
)
