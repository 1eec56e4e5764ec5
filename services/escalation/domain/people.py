"""Who is told of a ticket: its assignee, their manager, the leads of its team."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from shared.events.directory_records import Agent, Category, Team
from shared.events.ticket_values import TicketFacts


class People(Protocol):
    """The directory, as it is now."""

    def agent(self, agent_id: str) -> Agent | None: ...

    def team(self, team_id: str) -> Team | None: ...

    def teams(self) -> Iterable[Team]: ...

    def category(self, category_id: str) -> Category | None: ...


def assignee_or_leads(facts: TicketFacts, people: People) -> tuple[str, ...]:
    """Nobody tells anything to an agent who has left: then, too, the leads are told."""
    assignee = _at_work(facts.assignee_id, people)
    return (assignee,) if assignee is not None else _leads(_team_of(facts, people), people)


def manager_or_leads(facts: TicketFacts, people: People) -> tuple[str, ...]:
    """The manager of the assignee, else the leads of the assignee's team, else those of the ticket's."""
    assignee = _at_work(facts.assignee_id, people)
    agent = None if assignee is None else people.agent(assignee)
    if agent is None:
        return _leads(_team_of(facts, people), people)
    manager = _at_work(agent.manager_id, people)
    return (manager,) if manager is not None else _leads(agent.team_id, people, but=assignee)


def _at_work(agent_id: str | None, people: People) -> str | None:
    agent = None if agent_id is None else people.agent(agent_id)
    return agent_id if agent is not None and agent.active else None


def _team_of(facts: TicketFacts, people: People) -> str | None:
    """Its own, else that of its category, as for routing."""
    category = None if facts.category is None else people.category(facts.category)
    return facts.team_id or (None if category is None else category.team_id)


def _leads(team_id: str | None, people: People, *, but: str | None = None) -> tuple[str, ...]:
    """The first in turn of the team, its fallback team and so on that has any; at last those of all teams."""
    for leads in _in_turn(team_id, people):
        found = dict.fromkeys(lead for lead in leads if lead != but and _at_work(lead, people) is not None)
        if found:
            return tuple(found)
    return ()


def _in_turn(team_id: str | None, people: People) -> Iterator[tuple[str, ...]]:
    """A loop of fallback teams ends where it began."""
    tried: set[str] = set()
    while team_id is not None and team_id not in tried:
        tried.add(team_id)
        team = people.team(team_id)
        yield () if team is None else team.leads
        team_id = None if team is None else team.fallback_team_id
    yield tuple(lead for team in people.teams() for lead in team.leads)
