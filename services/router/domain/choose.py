"""Choosing for the tickets that wait, and taking tickets from agents who are away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from services.router.domain.absence import taken_at
from services.router.domain.agent import Agent
from services.router.domain.decisions import Decision, Queue, Reserve, Unassign
from services.router.domain.leads import leads_in_turn
from services.router.domain.need import Need
from services.router.domain.rank import rank
from services.router.domain.roster import Eligible
from services.router.domain.state import State
from services.router.domain.ticket import Asked, Ticket, patience
from shared.events.routing_values import Candidate, Explanation, QueueReason

TOLD_AT_ONCE = 100
"""How many tickets of one line are told at once why they wait; the others are at the next try."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Who can take a ticket; `leads_of` where leads are asked."""

    eligible: Eligible
    leads_of: str | None = None
    to_leads: bool = False


def choose(state: State, ticket: Ticket, position: int) -> Iterator[Decision]:
    """Give a ticket that waits to the best who can take it; else say why it waits, where that is news.

    One that somebody has stays with them, and nobody need be told.
    """
    need, _ = state.need(ticket)
    found = _find(state, need, ticket)
    ranked = rank(state.roster.standings(found.eligible.agent_ids, need), state.policy)
    best = tuple(state.roster.candidate(agent_id, need) for agent_id in ranked)
    if best:
        explanation = _explanation(state, ticket, need, found, best, position)
        reserve(state, ticket, best[0].agent_id, position)
        yield Reserve(ticket.id, best[0].agent_id, explanation, ticket.assignee_id)
        return
    reason = state.roster.why_nobody(need)
    if ticket.queued != reason:
        ticket.queued = reason
        if ticket.assignee_id is None:
            yield Queue(ticket.id, *reason, _explanation(state, ticket, need, found, best, position))


def serve(state: State, agent: Agent, position: int) -> Iterator[Decision]:
    """The agent may be able to take more than before: those who wait for such a one, first the first."""
    while state.roster.can_take(agent):
        ticket_id = state.waiting.first(lambda need: _suits(state, agent, need))
        if ticket_id is None:
            return
        yield from choose(state, state.tickets[ticket_id], position)
        if ticket_id in state.waiting:
            return  # never, while `_suits` and `_find` agree; and then better late than a loop


def try_line(state: State, line: Iterable[UUID], position: int) -> Iterator[Decision]:
    """Those of equal need: where there is nobody for one, there is nobody for those behind."""
    told = 0
    nobody: tuple[QueueReason, tuple[str, ...]] | None = None
    for ticket_id in line:
        ticket = state.tickets[ticket_id]
        if nobody is not None and ticket.queued == nobody:
            continue
        decided = list(choose(state, ticket, position))
        yield from decided
        if ticket.waits:
            nobody = ticket.queued
            told += len(decided)
            if told == TOLD_AT_ONCE:
                return


def _suits(state: State, agent: Agent, need: Need) -> bool:
    if state.roster.fits(agent, need):
        return True
    return need.to_leads and any(agent.id in leads for _, leads in leads_in_turn(need.team_id, state.teams))


def _find(state: State, need: Need, ticket: Ticket) -> _Found:
    """Those who fit; after a long wait, the first in turn of the leads who can be asked at all."""
    found = _Found(state.roster.eligible(need, ticket.unanswered_by))
    if found.eligible.agent_ids or not need.to_leads:
        return found
    asked = found
    for team_id, leads in leads_in_turn(need.team_id, state.teams):
        asked = _Found(state.roster.eligible_of(leads, ticket.unanswered_by), team_id, to_leads=True)
        if asked.eligible.agent_ids:
            return asked
    return asked


def reserve(state: State, ticket: Ticket, agent_id: str, position: int) -> None:
    """The slot counts from now on, and the agent's turn is had."""
    agent = state.roster.agent(agent_id)
    ticket.reserving = Asked(agent_id, position, state.now + patience(ticket.tries))
    agent.ask(ticket.id)
    agent.last_assigned_at = state.now
    if state.policy.weights:
        state.served = max(agent.turns, state.served)
        agent.turns = state.served + 1 / state.policy.weights.get(agent_id, 1)
    state.roster.loaded(agent)
    state.settle(ticket)


def _explanation(  # noqa: PLR0913, PLR0917 - what a decision rests on
    state: State, ticket: Ticket, need: Need, found: _Found, best: tuple[Candidate, ...], position: int
) -> Explanation:
    return Explanation(
        position=position,
        decided_at=state.now,
        ticket_version=ticket.version,
        directory_offset=state.directory_offset,
        policy_version=state.policy_version,
        team_id=found.leads_of or need.team_id,
        language=need.language,
        required=need.required,
        dropped=need.dropped,
        to_leads=found.to_leads,
        tier=need.tier,
        eligible=len(found.eligible.agent_ids),
        candidates=best,
        left_out=found.eligible.left_out,
    )


def review(state: State, ticket_id: UUID, position: int) -> Iterator[Decision]:
    """A ticket's time has come, or something about it is news."""
    ticket = state.tickets.get(ticket_id)
    if ticket is None:
        return
    if ticket.reserving is not None and ticket.reserving.by <= state.now:
        yield from _in_vain(state, ticket, position)
    if ticket.rests_until is not None and ticket.rests_until <= state.now:
        ticket.rests_until = None
    if ticket.assignee_id is not None:
        yield from _take_from_the_absent(state, ticket, state.roster.agent(ticket.assignee_id), position)
    state.settle(ticket)
    if ticket.waits:
        yield from choose(state, ticket, position)


def _in_vain(state: State, ticket: Ticket, position: int) -> Iterator[Decision]:
    """A slot was asked for and none came: it is free for others, and the ticket's next try is another's first."""
    agent_id = state.ask_no_more(ticket)
    if ticket.assignee_id is None or ticket.below:
        ticket.tries += 1
        ticket.unanswered_by = agent_id
    state.settle(ticket)
    if agent_id is not None:
        yield from serve(state, state.roster.agent(agent_id), position)


def _take_from_the_absent(state: State, ticket: Ticket, agent: Agent, position: int) -> Iterator[Unassign]:
    if ticket.unassigning is not None and ticket.unassigning.by <= state.now:
        ticket.unassigning = None
        ticket.tries += 1
    moment = taken_at(ticket, agent, state.policy, state.now)
    if ticket.unassigning is None and moment is not None and moment <= state.now:
        ticket.unassigning = Asked(agent.id, position, state.now + patience(ticket.tries))
        yield Unassign(ticket.id, agent.id, ticket.conversation_version)
