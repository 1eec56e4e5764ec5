"""A second router beside the recorded one: its directory is another, and all else is on record."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from services.router.domain.decisions import Decision
from services.router.domain.facts import DIRECTORY, fold
from services.router.domain.own import own_event
from services.router.domain.rank import LONG_AGO
from services.router.domain.routing import Routing
from services.router.domain.state import State
from services.router.domain.ticket import Ticket
from shared.events.agent import AgentLimitSet
from shared.events.directory_records import Category, RoutingPolicy, Team
from shared.events.envelope import Event
from shared.events.routing import AgentRecorded, RecordForgotten, RoutingData, Ticked

Change = AgentRecorded | AgentLimitSet | Team | Category | RoutingPolicy | None
"""What is to hold for a subject; None: its record is removed."""

_NONE = UUID(int=0)


class Changed:
    """Begins as a copy of the recorded one, with `changes` in force."""

    def __init__(self, recorded: Routing, changes: Mapping[str, Change]) -> None:
        self._recorded = recorded.state
        self._routing = Routing.restore(recorded.checkpoint())
        self._subjects = frozenset(changes)
        state = self._routing.state
        for subject, change in changes.items():
            seen = state.seen.get(subject, 0)
            fold(state, _told(subject, RecordForgotten() if change is None else change, seen + 1))
            state.seen[subject] = seen

    def apply(self, request: Event[RoutingData], now: datetime, position: int) -> list[Decision]:
        """A recorded request that a change is in place of is only a moment that passes."""
        replaced = isinstance(request.data, (*DIRECTORY, AgentLimitSet)) and request.subject in self._subjects
        return self._routing.apply(
            _told(request.subject, Ticked(), request.version) if replaced else request, now, position
        )

    def follow_record(self, decisions: Iterable[Decision]) -> None:
        """Where either router decided about a ticket, what the recorded one did stands."""
        mine, theirs = self._routing.state, self._recorded
        agents: set[str] = set()
        for ticket_id in {one.ticket_id for one in decisions}:
            if ticket_id in mine.tickets:
                agents |= _follow(mine, mine.tickets[ticket_id], theirs.tickets[ticket_id])
        for agent_id in agents:
            agent, recorded = mine.roster.agent(agent_id), theirs.roster.agent(agent_id)
            agent.last_assigned_at, agent.turns = recorded.last_assigned_at, recorded.turns
            mine.roster.loaded(agent)
        mine.served = theirs.served


def _follow(state: State, ticket: Ticket, recorded: Ticket) -> set[str]:
    """The agents whose slots are asked for otherwise than before."""
    agents = {one.agent_id for one in (ticket.reserving, recorded.reserving) if one is not None}
    state.ask_no_more(ticket)
    ticket.reserving = recorded.reserving
    ticket.unassigning = recorded.unassigning or ticket.unassigning
    ticket.tries, ticket.unanswered_by = recorded.tries, recorded.unanswered_by
    ticket.rests_until = recorded.rests_until
    if ticket.reserving is not None:
        agent = state.roster.agent(ticket.reserving.agent_id)
        agent.ask(ticket.id)
        state.roster.loaded(agent)
    state.settle(ticket)
    return agents


def _told(subject: str, data: RoutingData, version: int) -> Event[RoutingData]:
    return own_event(_NONE, subject, version, data, at=LONG_AGO)
