"""Events of `ticket.events` about what was promised: clocks, escalations and surveys."""

from dataclasses import dataclass
from datetime import datetime

from shared.events.personal import Personal
from shared.events.ticket_values import Clock, ClockTarget, SlaInputs, Tier


@dataclass(frozen=True, slots=True)
class SlaTargeted:
    """`basis` is the version of the last event that the clocks depend on; `clocks` replace all earlier ones."""

    policy_id: str
    policy_version: int
    calendar_version: int | None
    basis: int
    inputs: SlaInputs
    clocks: tuple[ClockTarget, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SlaAtRisk:
    clock: Clock
    instance: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class SlaBreached:
    clock: Clock
    instance: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class SlaBreachRevoked:
    """A reply at `met_at`, in time, came to light after the breach was recorded."""

    clock: Clock
    instance: int
    due_at: datetime
    met_at: datetime


@dataclass(frozen=True, slots=True)
class AgentSilent:
    """No agent answered for `minutes` after the requester's message at `since`."""

    since: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class TicketEscalated:
    """`level` is 1 to 3; `key` names the clock instance or condition, and is used once a ticket."""

    key: str
    rule_id: str
    rule_version: int
    level: int
    previous_level: int
    target_tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class SurveyScheduled:
    resolution: int
    send_at: datetime


@dataclass(frozen=True, slots=True)
class SurveySent:
    resolution: int


@dataclass(frozen=True, slots=True)
class TicketRated:
    """`score` is 1 (bad) to 5 (good); agent and team are those that resolved it."""

    resolution: int
    score: int
    comment: Personal | None = None
    agent_id: str | None = None
    team_id: str | None = None
