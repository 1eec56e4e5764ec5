"""What each request tells, folded into the state; and whom that may concern."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.router.domain.effects import NOTHING, Effects
from services.router.domain.state import State
from services.router.domain.ticket import LONGEST, Ticket, patience
from services.router.domain.ticket_facts import TICKETS, arrived, fold_ticket
from shared.events.agent import AgentLimitSet, AgentStatusSet, ReleaseReason, SlotReleased, SlotReserved
from shared.events.directory_records import Category, RoutingPolicy, Team
from shared.events.envelope import Event
from shared.events.routing import (
    AgentRecorded,
    CheckpointPart,
    Presence,
    PresenceChanged,
    RecordForgotten,
    RoutingData,
    Ticked,
    TicketArrived,
)


def fold(state: State, request: Event[RoutingData]) -> Effects:
    """A request that is not newer than what is known of its subject changes nothing."""
    data = request.data
    if isinstance(data, Ticked | CheckpointPart):
        return NOTHING
    if isinstance(data, TicketArrived):
        return arrived(state, request, data)
    if type(data) in TICKETS:
        return fold_ticket(state, request)
    if request.version <= state.seen.get(request.subject, 0):
        return NOTHING
    state.seen[request.subject] = request.version
    if isinstance(data, DIRECTORY):
        state.directory_offset = max(state.directory_offset, request.version - 1)
    return OTHERS[type(data)](state, request, data)


def _recorded(state: State, request: Event[RoutingData], data: AgentRecorded) -> Effects:
    return _record(state, _id(request), data)


def _record(state: State, agent_id: str, record: AgentRecorded | None) -> Effects:
    """Where a word became a skill or is none any more, tickets with that tag need something else."""
    agent = state.roster.agent(agent_id)
    words = {*(agent.record.skills if agent.record else ()), *(record.skills if record else ())}
    before = _skills(state, words)
    agent.record, agent.removed = record, record is None
    state.roster.recorded(agent)
    state.watch(agent)
    everything = before != _skills(state, words)
    if everything:
        state.settle_all()
    return Effects(agents=(agent_id,), everything=everything)


def _skills(state: State, words: Iterable[str]) -> set[str]:
    return {word for word in words if state.is_skill(word)}


def _limit(state: State, request: Event[RoutingData], data: AgentLimitSet) -> Effects:
    agent = state.roster.agent(request.subject)
    agent.max_load, agent.active = data.max_load, data.active
    state.roster.recorded(agent)
    state.watch(agent)
    return Effects(agents=(agent.id,))


def _status(state: State, request: Event[RoutingData], data: AgentStatusSet) -> Effects:
    agent = state.roster.agent(request.subject)
    agent.status = data.status
    state.watch(agent)
    return Effects(agents=(agent.id,))


def _presence(state: State, request: Event[RoutingData], data: PresenceChanged) -> Effects:
    agent = state.roster.agent(_id(request))
    agent.presence = data.presence
    state.watch(agent, data.since if data.presence is Presence.ABSENT else None)
    return Effects(agents=(agent.id,))


def _slot_reserved(state: State, request: Event[RoutingData], data: SlotReserved) -> Effects:
    """Where the decision is the last that was taken, its ticket is as good as given: the assignment is sent."""
    agent = state.roster.agent(request.subject)
    agent.hold(data.reservation, data.ticket_id)
    ticket = state.tickets.get(data.ticket_id)
    if ticket is not None and _is_answered(ticket, agent.id, data):
        if (ticket.assignee_id is None or ticket.below) and ticket.reserving is not None:
            by = state.now + LONGEST
            ticket.reserving = replace(ticket.reserving, by=by, reservation=data.reservation)
        else:
            state.ask_no_more(ticket)
        state.settle(ticket)
    state.roster.loaded(agent)
    return NOTHING


def _is_answered(ticket: Ticket, agent_id: str, data: SlotReserved) -> bool:
    asked = ticket.reserving
    if asked is None or data.explanation is None:
        return False
    return (asked.agent_id, asked.position) == (agent_id, data.explanation.position)


def _slot_released(state: State, request: Event[RoutingData], data: SlotReleased) -> Effects:
    """A slot that the ticket did not take: it is another's or solved, and the word of it on its way."""
    agent = state.roster.agent(request.subject)
    agent.release(data.reservation)
    state.roster.loaded(agent)
    ticket = state.tickets.get(data.ticket_id)
    asked = None if ticket is None else ticket.reserving
    if ticket is not None and asked is not None and asked.reservation == data.reservation:
        state.ask_no_more(ticket)
        if data.reason is ReleaseReason.DECLINED:
            ticket.rests_until = state.now + patience(ticket.tries)
            ticket.tries += 1
        state.settle(ticket)
    return Effects(() if ticket is None else (ticket.id,), (agent.id,))


def _team(state: State, request: Event[RoutingData], data: Team) -> Effects:
    state.teams[_id(request)] = data
    state.leads_known()
    return Effects(everything=True)


def _category(state: State, request: Event[RoutingData], data: Category) -> Effects:
    state.categories[_id(request)] = data
    return _categories_changed(state)


def _categories_changed(state: State) -> Effects:
    state.asked_for = frozenset(one.skill for category in state.categories.values() for one in category.skills)
    state.settle_all()
    return Effects(everything=True)


def _policy(state: State, request: Event[RoutingData], data: RoutingPolicy) -> Effects:
    return _policy_changed(state, data, request.version)


def _policy_changed(state: State, policy: RoutingPolicy, version: int) -> Effects:
    """Without weights nobody's turns count, and with new ones all begin alike."""
    if not policy.weights:
        state.served = 0.0
        for agent in state.roster.agents.values():
            agent.turns = 0.0
            state.roster.loaded(agent)
    state.policy, state.policy_version = policy, version
    state.settle_all(held=True)
    return Effects(everything=True)


def _forgotten(state: State, request: Event[RoutingData], _: RecordForgotten) -> Effects:
    """A policy that is removed leaves the defaults."""
    kind, record_id = request.subject.split("/", 1)
    match kind:
        case "agents":
            return _record(state, record_id, None)
        case "teams":
            state.teams.pop(record_id, None)
            state.leads_known()
            return Effects(everything=True)
        case "categories":
            state.categories.pop(record_id, None)
            return _categories_changed(state)
        case "policies":
            return _policy_changed(state, RoutingPolicy(), 0)
        case _:
            return NOTHING


DIRECTORY = (AgentRecorded, Team, Category, RoutingPolicy, RecordForgotten)

OTHERS: Mapping[type[RoutingData], Callable[[State, Event[RoutingData], Any], Effects]] = {
    AgentRecorded: _recorded,
    AgentLimitSet: _limit,
    AgentStatusSet: _status,
    PresenceChanged: _presence,
    SlotReserved: _slot_reserved,
    SlotReleased: _slot_released,
    Team: _team,
    Category: _category,
    RoutingPolicy: _policy,
    RecordForgotten: _forgotten,
}


def _id(request: Event[RoutingData]) -> str:
    """Of a subject with a kind before it, as `agents/ada`."""
    return request.subject.rpartition("/")[2]
