"""All agents, with the sets by which those in question for a ticket are found."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from operator import add

from services.router.domain.agent import Agent, unavailable
from services.router.domain.attendance import Attendance
from services.router.domain.need import Need
from services.router.domain.rank import LONG_AGO, Idle, Standings
from services.router.domain.tiers import RANK
from shared.events.routing_values import Candidate, LeftOut, QueueReason
from shared.events.ticket_values import Tier


@dataclass(frozen=True, slots=True)
class Eligible:
    """Those who can take it, and how many others cannot, by the first reason."""

    agent_ids: tuple[str, ...]
    left_out: dict[LeftOut, int]


class Roster:
    """After an agent was changed in place, `recorded`, `changed` or `loaded` brings the sets up to it."""

    def __init__(self) -> None:
        self.agents: dict[str, Agent] = {}
        self._attendance = Attendance()
        self._known: set[str] = set()
        self._listed: set[str] = set()
        self._free: set[str] = set()
        self._polyglots: set[str] = set()
        self._team: defaultdict[str, set[str]] = defaultdict(set)
        self._skilled: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._speaking: defaultdict[str, set[str]] = defaultdict(set)
        self._leads: frozenset[str] = frozenset()
        self._shares: dict[str, float] = {}
        self._idle: dict[str, Idle] = {}

    def agent(self, agent_id: str) -> Agent:
        if agent_id not in self.agents:
            self.agents[agent_id] = Agent(agent_id)
        return self.agents[agent_id]

    def is_skill(self, tag: str) -> bool:
        """Whether any agent has it, at work or not."""
        return bool(self._skilled.get(tag))

    def led_by(self, leads: Iterable[str]) -> bool:
        """Those who lead any team. Whether they are others than before."""
        before, self._leads = self._leads, frozenset(leads)
        return before != self._leads

    def reaches(self, agent_id: str, tier: Tier | None) -> bool:
        """Whether they are of that tier or a higher one."""
        if not RANK[tier] or agent_id in self._leads:
            return True
        agent = self.agents.get(agent_id)
        return agent is not None and agent.record is not None and RANK[agent.record.tier] >= RANK[tier]

    def recorded(self, agent: Agent) -> None:
        """Skills, languages, team or limit may be others; `changed` is to follow."""
        record = agent.record
        for members in (*self._team.values(), *self._speaking.values()):
            members.discard(agent.id)
        for levels in self._skilled.values():
            levels.pop(agent.id, None)
        if record is not None:
            for skill, level in record.skills.items():
                self._skilled[skill][agent.id] = level
            for language in record.languages:
                self._speaking[language].add(agent.id)
            if agent.listed:
                self._team[record.team_id].add(agent.id)
        _keep(self._polyglots, agent.id, wanted=record is not None and not record.languages)
        _keep(self._known, agent.id, wanted=record is not None)
        _keep(self._listed, agent.id, wanted=agent.listed)
        self.loaded(agent)

    def changed(self, agent: Agent, now: datetime) -> datetime | None:
        """Status, presence or time are others. When time alone may change whether the agent can be asked."""
        reason, until = unavailable(agent, now)
        team_id = None if agent.record is None or not agent.listed else agent.record.team_id
        self._attendance.place(agent.id, team_id, reason)
        return until

    def loaded(self, agent: Agent) -> None:
        """Only the agent's load, turns or last assignment are others."""
        _keep(self._free, agent.id, wanted=agent.free)
        self._shares[agent.id] = agent.load / max(agent.max_load, 1)
        self._idle[agent.id] = agent.turns, agent.last_assigned_at or LONG_AGO

    def eligible(self, need: Need, spared: str | None = None) -> Eligible:
        """`spared` is not asked where anybody else can be: a slot of theirs was asked for in vain."""
        pool = self._attendance.there(need.team_id)
        speaking = self._who_speak(pool, need)
        skilled = self._with_skills(speaking, need)
        senior = self._of_tier(skilled, need)
        counts = self._attendance.absent(need.team_id).copy()
        counts[LeftOut.OTHER_TEAM] = len(self._listed) - len(self._members(need))
        counts[LeftOut.LANGUAGE] = len(pool) - len(speaking)
        counts[LeftOut.SKILLS] = len(speaking) - len(skilled)
        counts[LeftOut.TIER] = len(skilled) - len(senior)
        return self._chosen(senior, counts, spared)

    def eligible_of(self, named: Iterable[str], spared: str | None = None) -> Eligible:
        """Of those named, whatever they can do and say."""
        members = self._listed.intersection(named)
        counts = self._attendance.absent_of(members)
        counts[LeftOut.OTHER_TEAM] = len(self._listed) - len(members)
        return self._chosen(members & self._attendance.there(None), counts, spared)

    def _chosen(self, fit: set[str], counts: Counter[LeftOut], spared: str | None) -> Eligible:
        free = fit & self._free
        counts[LeftOut.INACTIVE] = len(self._known) - len(self._listed)
        counts[LeftOut.NO_FREE_SLOT] = len(fit) - len(free)
        if spared in free and len(free) > 1:
            free.discard(spared)
            counts[LeftOut.NO_ANSWER] = 1
        return Eligible(tuple(free), {reason: counts[reason] for reason in LeftOut if counts[reason]})

    def standings(self, agent_ids: tuple[str, ...], need: Need) -> Standings:
        return Standings(
            agent_ids,
            map(self._shares.__getitem__, agent_ids),
            self._proficiencies(agent_ids, need),
            map(self._idle.__getitem__, agent_ids),
        )

    def _proficiencies(self, agent_ids: tuple[str, ...], need: Need) -> Iterable[int]:
        """The sum over the required skills; leads are asked without them, and count what they have."""
        sums: Iterable[int] = repeat(0, len(agent_ids))
        for skill in need.required:
            levels = self._skilled.get(skill, {})
            sums = map(add, sums, map(levels.get, agent_ids, repeat(0)))
        return sums

    def candidate(self, agent_id: str, need: Need) -> Candidate:
        agent = self.agents[agent_id]
        (proficiency,) = self._proficiencies((agent_id,), need)
        return Candidate(agent_id, agent.load, agent.max_load, proficiency, agent.last_assigned_at, agent.turns)

    def can_take(self, agent: Agent) -> bool:
        return agent.free and agent.id in self._attendance.there(None)

    def fits(self, agent: Agent, need: Need) -> bool:
        """Whether the agent is of the team and of the tier, and has the language and the skills."""
        record = agent.record
        return (
            record is not None
            and need.team_id in (None, record.team_id)
            and self.reaches(agent.id, need.tier)
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
            nowhere = tuple(one for one in need.required if members.isdisjoint(self._skilled.get(one, ())))
            return QueueReason.NO_SKILL, nowhere or need.required
        speaking = self._who_speak(skilled, need)
        if not speaking:
            return QueueReason.NO_LANGUAGE, ()
        senior = self._of_tier(speaking, need)
        if not senior:
            return QueueReason.NO_TIER, ()
        if senior.isdisjoint(self._attendance.there(None)):
            return QueueReason.NOBODY_AVAILABLE, ()
        return QueueReason.EVERYBODY_FULL, ()

    def _members(self, need: Need) -> set[str]:
        return self._listed if need.team_id is None else self._team.get(need.team_id, set())

    def _who_speak(self, pool: set[str], need: Need) -> set[str]:
        if need.language is None:
            return pool
        return pool & (self._speaking.get(need.language, set()) | self._polyglots)

    def _of_tier(self, pool: set[str], need: Need) -> set[str]:
        return pool if not RANK[need.tier] else {one for one in pool if self.reaches(one, need.tier)}

    def _with_skills(self, pool: set[str], need: Need) -> set[str]:
        for skill in need.required:
            pool = pool.intersection(self._skilled.get(skill, {}))
        return pool


def _keep(members: set[str], one: str, *, wanted: bool) -> None:
    if wanted:
        members.add(one)
    else:
        members.discard(one)
