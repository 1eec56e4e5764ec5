"""Why a ticket went to an agent, or to nobody yet: values that routing leaves on the record."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.events.ticket_values import Tier

AGENT_AWAY = "agent_away"
"""The reason of an unassignment by the router: the agent is away, and nobody waits for their answer."""


class LeftOut(StrEnum):
    """Why an agent did not come into question; the first that holds, in this order.

    `no_answer`: a slot of theirs was asked for just before, in vain, and somebody else could be asked.
    """

    INACTIVE = "inactive"
    OTHER_TEAM = "other_team"
    OUT_OF_OFFICE = "out_of_office"
    OUTSIDE_WORKING_HOURS = "outside_working_hours"
    NOT_ONLINE = "not_online"
    HEARTBEAT_STALE = "heartbeat_stale"
    LANGUAGE = "language"
    SKILLS = "skills"
    TIER = "tier"
    NO_FREE_SLOT = "no_free_slot"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible agent as the ranking saw them.

    `proficiency` is the sum over the required skills; `turns` are those had in a weighted round-robin, over the
    agent's weight.
    """

    agent_id: str
    load: int
    max_load: int
    proficiency: int
    last_assigned_at: datetime | None = None
    turns: float = 0.0


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a routing decision rested on.

    `position` is the offset on `routing.requests` at which it was taken, `ticket_version` that of the ticket
    seen. `directory_offset` is the last offset of `directory.events` that was applied, `policy_version` the
    offset there, and 1, of the routing policy (0: the defaults). `required` are the skills asked for, `dropped`
    the optional ones no longer asked for. `candidates` are the best five, best first, of `eligible`; `left_out`
    counts the other agents by reason. `to_leads`: the wait was too long, and the leads of `team_id` were asked.
    `tier`: an escalation asked for an agent of it or a higher one.
    """

    position: int
    decided_at: datetime
    ticket_version: int
    directory_offset: int
    policy_version: int
    team_id: str | None = None
    language: str | None = None
    required: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    to_leads: bool = False
    tier: Tier | None = None
    eligible: int = 0
    candidates: tuple[Candidate, ...] = ()
    left_out: dict[LeftOut, int] = field(default_factory=dict)


class QueueReason(StrEnum):
    """Why a ticket waits: what the last agents in question lacked."""

    NO_TEAM_MEMBER = "no_team_member"
    NO_SKILL = "no_skill"
    NO_LANGUAGE = "no_language"
    NO_TIER = "no_tier"
    NOBODY_AVAILABLE = "nobody_available"
    EVERYBODY_FULL = "everybody_full"
