"""The records of the directory, by which the suite is run: who works, on what, and by which rules.

A record's key on `directory.events` is its kind and its id, as `agents/ada`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from shared.events.directory_hours import OutOfOffice, WorkingHours
from shared.events.directory_promises import Calendar, EscalationRule, SlaPolicy
from shared.events.personal import Personal
from shared.events.ticket_values import Tier


class Visibility(StrEnum):
    """Which tickets an agent sees: those of their own team, or all."""

    TEAM = "team"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Agent:
    """`manager_id` None: the team's lead. `skills` gives the proficiency of each, 1 to 5.

    `languages` are ISO 639-1 codes; `working_hours` None: always.
    """

    name: Personal
    team_id: str
    tier: Tier = Tier.AGENT
    max_load: int = 5
    email: Personal | None = None
    manager_id: str | None = None
    skills: dict[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    working_hours: WorkingHours | None = None
    out_of_office: OutOfOffice | None = None
    visibility: Visibility = Visibility.ALL
    active: bool = True
    type: Literal["agent"] = "agent"


@dataclass(frozen=True, slots=True)
class Team:
    """`leads` are agents' ids; tickets that wait too long go to them, or to the team `fallback_team_id`'s.

    `calendar_id` is that of its business hours.
    """

    name: str
    leads: tuple[str, ...] = ()
    fallback_team_id: str | None = None
    calendar_id: str | None = None
    type: Literal["team"] = "team"


@dataclass(frozen=True, slots=True)
class RequiredSkill:
    """An optional one is dropped when a ticket has waited for long, the last named first."""

    skill: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """Its id is the ticket's `category`."""

    team_id: str
    skills: tuple[RequiredSkill, ...] = ()
    type: Literal["category"] = "category"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Requesters belong to it by the domain of their address; `language` is an ISO 639-1 code.

    `calendar_id` is that of the business hours that it was promised.
    """

    name: str
    domains: tuple[str, ...] = ()
    language: str | None = None
    calendar_id: str | None = None
    type: Literal["organisation"] = "organisation"


class Where(StrEnum):
    SUBJECT = "subject"
    DESCRIPTION = "description"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """Adds `tags` to a new ticket that has one of the words or phrases, whatever their case."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    where: Where = Where.EITHER
    active: bool = True
    type: Literal["keyword_rule"] = "keyword_rule"


class RankBy(StrEnum):
    """`load`: over the limit, ascending; `proficiency`: summed, descending; `idle`: longest since the last."""

    LOAD = "load"
    PROFICIENCY = "proficiency"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """The record `policies/routing`; `weights` count an agent's turns in the round-robin, 1 where not named.

    A ticket that waits loses an optional skill every `optional_skill_wait`, and goes to its team's leads after
    `leads_after`. Of an agent away for `away_after`, unanswered tickets are routed again.
    """

    rank: tuple[RankBy, ...] = (RankBy.LOAD, RankBy.PROFICIENCY, RankBy.IDLE)
    weights: dict[str, int] = field(default_factory=dict)
    optional_skill_wait: timedelta = timedelta(minutes=5)
    leads_after: timedelta = timedelta(minutes=30)
    away_after: timedelta = timedelta(minutes=10)
    heartbeat_fresh: timedelta = timedelta(seconds=60)
    type: Literal["routing_policy"] = "routing_policy"


Record = (
    Agent | Team | Category | Organisation | KeywordRule | RoutingPolicy | Calendar | SlaPolicy | EscalationRule
)

KINDS: Mapping[type[Record], str] = {
    Agent: "agents",
    Team: "teams",
    Category: "categories",
    Organisation: "organisations",
    KeywordRule: "rules",
    RoutingPolicy: "policies",
    Calendar: "calendars",
    SlaPolicy: "policies",
    EscalationRule: "rules",
}
"""The kind of each type of record, as addresses and keys have it; a kind may have several types."""

ROUTING_POLICY_ID = "routing"


def record_key(kind: str, record_id: str) -> str:
    """The key of a record on its topics."""
    return f"{kind}/{record_id}"
