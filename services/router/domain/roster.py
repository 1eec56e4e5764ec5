"""All agents, with the sets by which those in question for a ticket are found."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from services.router.domain.agent import Agent, unavailable
from services.router.domain.need import Need
from shared.events.routing_values import LeftOut, QueueReason


@dataclass(frozen=True, slots=True)
class Eligible:
    """Those who can take it, and how many others cannot, by the first reason."""

    agents: tuple[Agent, ...]
    left_out: dict[LeftOut, int]


class Roster:
    """After an agent was changed in place, `recorded`, `changed` or `loaded` brings the sets up to it."""

    def __init__(self) -> None:
        self.agents: dict[str, Agent] = {}
        self._reasons: dict[str, LeftOut] = {}
        self._known: set[str] = set()
        self._listed: set[str] = set()
        self._free: set[str] = set()
        self._available: set[str] = set()
        self._polyglots: set[str] = set()
        self._team: defaultdict[str, set[str]] = defaultdict(set)
        self._skilled: defaultdict[str, set[str]] = defaultdict(set)
        self._speaking: defaultdict[str, set[str]] = defaultdict(set)

    def agent(self, agent_id: str) -> Agent:
        if agent_id not in self.agents:
            self.agents[agent_id] = Agent(agent_id)
        return self.agents[agent_id]

    def is_skill(self, tag: str) -> bool:
        """Whether any agent has it, at work or not."""
        return bool(self._skilled.get(tag))

    def recorded(self, agent: Agent) -> None:
        """Skills, languages, team or limit may be others; `changed` is to follow."""
        record = agent.record
        for index in (self._team, self._skilled, self._speaking):
            for members in index.values():
                members.discard(agent.id)
        if record is not None:
            _join(self._skilled, record.skills, agent.id)
            _join(self._speaking, record.languages, agent.id)
            if agent.listed:
                _join(self._team, (record.team_id,), agent.id)
        _keep(self._polyglots, agent.id, wanted=record is not None and not record.languages)
        _keep(self._known, agent.id, wanted=record is not None)
        _keep(self._listed, agent.id, wanted=agent.listed)
        self.loaded(agent)

    def changed(self, agent: Agent, now: datetime) -> datetime | None:
        """Status, presence or time are others. When time alone may change whether the agent can be asked."""
        reason, until = unavailable(agent, now)
        _keep(self._available, agent.id, wanted=reason is None)
        if reason is None:
            self._reasons.pop(agent.id, None)
        else:
            self._reasons[agent.id] = reason
        return until

    def loaded(self, agent: Agent) -> None:
        """Only the agent's load is another."""
        _keep(self._free, agent.id, wanted=agent.free)

    def eligible(self, need: Need, spared: str | None = None) -> Eligible:
        """`spared` is not asked where anybody else can be: a slot of theirs was asked for in vain."""
        members = self._members(need)
        pool = members & self._available
        speaking = self._who_speak(pool, need)
        skilled = self._with_skills(speaking, need)
        counts = {
            LeftOut.OTHER_TEAM: len(self._listed) - len(members),
            LeftOut.LANGUAGE: len(pool) - len(speaking),
            LeftOut.SKILLS: len(speaking) - len(skilled),
        }
        return self._chosen(members, skilled, counts, spared)

    def eligible_of(self, named: Iterable[str], spared: str | None = None) -> Eligible:
        """Of those named, whatever they can do and say."""
        members = self._listed.intersection(named)
        counts = {LeftOut.OTHER_TEAM: len(self._listed) - len(members)}
        return self._chosen(members, members & self._available, counts, spared)

    def _chosen(
        self, members: set[str], fit: set[str], counts: dict[LeftOut, int], spared: str | None
    ) -> Eligible:
        free = fit & self._free
        counts[LeftOut.NO_FREE_SLOT] = len(fit) - len(free)
        if spared in free and len(free) > 1:
            free.discard(spared)
            counts[LeftOut.NO_ANSWER] = 1
        counts[LeftOut.INACTIVE] = len(self._known) - len(self._listed)
        counts.update(Counter(self._reasons[one] for one in members - self._available))
        return Eligible(
            tuple(self.agents[one] for one in free),
            {reason: counts[reason] for reason in LeftOut if counts.get(reason)},
        )

    def can_take(self, agent: Agent) -> bool:
        return agent.free and agent.id in self._available

    def fits(self, agent: Agent, need: Need) -> bool:
        """Whether the agent is of the team and has the language and the skills."""
        record = agent.record
        return (
            record is not None
            and need.team_id in (None, record.team_id)
            and (need.language is None or not record.languages or need.language in record.languages)
            and all(skill in record.skills for skill in need.required)
        )

    def why_nobody(self, need: Need) -> tuple[QueueReason, tuple[str, ...]]:
        """What those in question lack, from what no shift changes to what the next minute may."""
        members = self._members(need)
        if not members:
            return QueueReason.NO_TEAM_MEMBER, ()
        skilled = self._with_skills(members, need)
        if not skilled:
            nowhere = tuple(skill for skill in need.required if members.isdisjoint(self._skilled.get(skill, ())))
            return QueueReason.NO_SKILL, nowhere or need.required
        speaking = self._who_speak(skilled, need)
        if not speaking:
            return QueueReason.NO_LANGUAGE, ()
        if speaking.isdisjoint(self._available):
            return QueueReason.NOBODY_AVAILABLE, ()
        return QueueReason.EVERYBODY_FULL, ()

    def _members(self, need: Need) -> set[str]:
        return self._listed if need.team_id is None else self._team.get(need.team_id, set())

    def _who_speak(self, pool: set[str], need: Need) -> set[str]:
        if need.language is None:
            return pool
        return pool & (self._speaking.get(need.language, set()) | self._polyglots)

    def _with_skills(self, pool: set[str], need: Need) -> set[str]:
        for skill in need.required:
            pool = pool & self._skilled.get(skill, set())
        return pool


def _keep(members: set[str], one: str, *, wanted: bool) -> None:
    if wanted:
        members.add(one)
    else:
        members.discard(one)


def _join(index: defaultdict[str, set[str]], names: Collection[str], one: str) -> None:
    for name in names:
        index[name].add(one)
