"""The state as text in parts that fit into records, and back: from there a fold goes on as if never ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from services.router.domain.agent import Agent
from services.router.domain.state import State
from services.router.domain.ticket import Ticket
from shared.events.directory_records import Category, RoutingPolicy, Team
from shared.events.routing import CheckpointPart

PART = 45_000
"""Characters of a part: whatever they are, its record stays below 200 kB."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """What does not follow from anything else; what does is made anew."""

    position: int
    now: datetime
    tried_at: datetime
    served: float
    policy: RoutingPolicy
    policy_version: int
    directory_offset: int
    teams: dict[str, Team]
    categories: dict[str, Category]
    seen: dict[str, int]
    closed: dict[UUID, datetime]
    agents: tuple[Agent, ...]
    tickets: tuple[Ticket, ...]


_WHOLE = TypeAdapter(_Whole)


def checkpoint(state: State) -> list[CheckpointPart]:
    whole = _Whole(
        position=state.position,
        now=state.now,
        tried_at=state.tried_at,
        served=state.served,
        policy=state.policy,
        policy_version=state.policy_version,
        directory_offset=state.directory_offset,
        teams=state.teams,
        categories=state.categories,
        seen=state.seen,
        closed=state.closed,
        agents=tuple(state.roster.agents.values()),
        tickets=tuple(state.tickets.values()),
    )
    text = _WHOLE.dump_json(whole, exclude_defaults=True).decode()
    cuts = range(0, len(text), PART)
    return [
        CheckpointPart(state.position, number, len(cuts), text[cut : cut + PART])
        for number, cut in enumerate(cuts, 1)
    ]


def restore(parts: Sequence[CheckpointPart]) -> State:
    """Raise `ValueError` where the parts are not those of one checkpoint, each once and in order."""
    wanted = [(parts[0].position, number) for number in range(1, parts[0].count + 1)] if parts else None
    if [(part.position, part.number) for part in parts] != wanted:
        raise ValueError(f"these are not the parts of one checkpoint: {_named(parts)}")
    whole = _WHOLE.validate_json("".join(part.content for part in parts))
    state = State(
        position=whole.position,
        now=whole.now,
        tried_at=whole.tried_at,
        served=whole.served,
        policy=whole.policy,
        policy_version=whole.policy_version,
        directory_offset=whole.directory_offset,
        teams=whole.teams,
        categories=whole.categories,
        seen=whole.seen,
        closed=whole.closed,
    )
    _derive(state, whole.agents, whole.tickets)
    return state


def _derive(state: State, agents: Iterable[Agent], tickets: Iterable[Ticket]) -> None:
    """Sets, lines and timers; nothing is decided."""
    state.asked_for = frozenset(one.skill for category in state.categories.values() for one in category.skills)
    state.roster.led_by(lead for team in state.teams.values() for lead in team.leads)
    for agent in agents:
        state.roster.agents[agent.id] = agent
        state.roster.recorded(agent)
        state.timers.set(agent.id, state.roster.changed(agent, state.now))
    for ticket in tickets:
        state.tickets[ticket.id] = ticket
        if ticket.assignee_id is not None:
            state.held.setdefault(ticket.assignee_id, set()).add(ticket.id)
    for ticket in tickets:
        state.settle(ticket)


def _named(parts: Sequence[CheckpointPart]) -> str:
    return ", ".join(f"{part.number} of {part.count} at {part.position}" for part in parts) or "none"


class Gathering:
    """The last whole checkpoint among the parts that come by."""

    def __init__(self) -> None:
        self.whole: list[CheckpointPart] | None = None
        self._open: dict[int, dict[int, CheckpointPart]] = {}

    def add(self, part: CheckpointPart) -> None:
        parts = self._open.setdefault(part.position, {})
        parts[part.number] = part
        if len(parts) == part.count:
            self.whole = [parts[number] for number in range(1, part.count + 1)]
            self._open = {}
