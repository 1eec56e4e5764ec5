"""Everything that routing knows, as the fold of its requests left it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.router.domain.absence import taken_at
from services.router.domain.agent import Agent, gone
from services.router.domain.need import Need, need_of
from services.router.domain.rank import LONG_AGO
from services.router.domain.roster import Roster
from services.router.domain.ticket import Ticket
from services.router.domain.timers import Timers
from services.router.domain.waiting import Waiting
from shared.events.directory_records import Category, RoutingPolicy, Team

REMEMBERED = timedelta(minutes=10)
"""How long a closed ticket's name is known, so that a request about it that was told twice does not open it."""


@dataclass(slots=True)
class State:
    """`seen` has the last version of each subject that is not a ticket; `served` the turns of the last served.

    `position` is that of the last request, `tried_at` is when all who wait were last tried. `closed` names the
    tickets closed lately, the first first. The fields from `asked_for` on follow from those before.
    """

    position: int = -1
    now: datetime = LONG_AGO
    tried_at: datetime = LONG_AGO
    roster: Roster = field(default_factory=Roster)
    teams: dict[str, Team] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    policy: RoutingPolicy = field(default_factory=RoutingPolicy)
    policy_version: int = 0
    directory_offset: int = -1
    tickets: dict[UUID, Ticket] = field(default_factory=dict)
    closed: dict[UUID, datetime] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    served: float = 0.0
    asked_for: frozenset[str] = frozenset()
    held: dict[str, set[UUID]] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=Waiting)
    timers: Timers = field(default_factory=Timers)

    def is_skill(self, tag: str) -> bool:
        """A tag is a skill where an agent has it or a category asks for it."""
        return tag in self.asked_for or self.roster.is_skill(tag)

    def need(self, ticket: Ticket) -> tuple[Need, datetime | None]:
        """What it needs now, and when waiting alone changes that."""
        return need_of(ticket, self.now, self.policy, self.categories, self.is_skill)

    def settle(self, ticket: Ticket) -> None:
        """Into the line or out of it, and its timer set, after anything about it became another."""
        self._measure(ticket)
        moments = [self._next_moment(ticket)]
        if ticket.waits:
            need, change = self.need(ticket)
            self.waiting.put(ticket.id, need, ticket.order)
            moments.append(change)
        else:
            self.waiting.remove(ticket.id)
        self.timers.set(ticket.id, _earliest(moments))

    def _measure(self, ticket: Ticket) -> None:
        """Whether its agent is of the tier that an escalation asked for; where not, a wait begins."""
        agent_id, was_below = ticket.assignee_id, ticket.below
        ticket.below = agent_id is not None and not self.roster.reaches(agent_id, ticket.tier)
        if ticket.below and not was_below:
            ticket.waiting_since = self.now

    def _next_moment(self, ticket: Ticket) -> datetime | None:
        if ticket.reserving is not None:
            return ticket.reserving.by
        moments = [ticket.rests_until if ticket.in_need else None]
        if ticket.assignee_id is not None:
            moments.append(taken_at(ticket, self.roster.agent(ticket.assignee_id), self.policy, self.now))
        return _earliest(moments)

    def leads_known(self) -> None:
        """Teams are others: who leads one counts as a lead, whatever their own record says."""
        if self.roster.led_by(lead for team in self.teams.values() for lead in team.leads):
            self.settle_all(held=True)

    def settle_all(self, *, held: bool = False) -> None:
        """What tickets in line need may be another; with `held`, also when they are taken from the absent."""
        for ticket_id in self.waiting.all():
            self.settle(self.tickets[ticket_id])
        if held:
            for ticket in self.tickets.values():
                self.settle(ticket)

    def watch(self, agent: Agent, since: datetime | None = None) -> None:
        """Bring what follows from status, presence and time up to now; `since`: the last that was seen of them."""
        self.timers.set(agent.id, self.roster.changed(agent, self.now))
        if not gone(agent, self.now)[0]:
            agent.away_since = None
        elif agent.away_since is None:
            agent.away_since = min(since or self.now, self.now)
        for ticket_id in self.held.get(agent.id, ()):
            self.settle(self.tickets[ticket_id])

    def give(self, ticket: Ticket, agent_id: str | None) -> None:
        """Note who has the ticket."""
        if ticket.assignee_id is not None:
            self.held[ticket.assignee_id].discard(ticket.id)
            ticket.queued = None
        ticket.assignee_id = agent_id
        ticket.answered = False
        ticket.unassigning = ticket.rests_until = ticket.unanswered_by = None
        ticket.assigned_at = None if agent_id is None else self.now
        if agent_id is not None:
            ticket.queued = None
            self.held.setdefault(agent_id, set()).add(ticket.id)
            agent = self.roster.agent(agent_id)
            if agent.away_since is None:
                self.watch(agent)

    def ask_no_more(self, ticket: Ticket) -> str | None:
        """The agent whose slot is not asked for any more, if one was."""
        asked, ticket.reserving = ticket.reserving, None
        if asked is None:
            return None
        agent = self.roster.agent(asked.agent_id)
        agent.ask_no_more(ticket.id)
        self.roster.loaded(agent)
        return asked.agent_id

    def forget(self, ticket: Ticket) -> None:
        """Whether an agent was asked is to be seen to before."""
        self.give(ticket, None)
        self.waiting.remove(ticket.id)
        self.timers.set(ticket.id, None)
        del self.tickets[ticket.id]
        self.closed[ticket.id] = self.now
        while (first := next(iter(self.closed))) and self.closed[first] + REMEMBERED < self.now:
            del self.closed[first]


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
