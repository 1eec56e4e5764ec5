"""Events of `ticket.events` about what was promised: clocks, escalations and surveys."""

from dataclasses import dataclass
from datetime import datetime

from shared.events.personal import Personal
from shared.events.ticket_values import (
    ActionRequest,
    Clock,
    ClockTarget,
    Sentiment,
    SlaInputs,
    TicketFacts,
    Tier,
)


@dataclass(frozen=True, slots=True)
class SlaTargeted:
    """`basis` is the version of the last event that the clocks depend on; `clocks` replace all earlier ones.

    `directory_offset` is the last offset of `directory.events` whose policies and calendars the ticket goes by,
    `calendar_id` the record that `calendar_version` is of; versions are 0 where the preset holds that is built in.
    """

    policy_id: str
    policy_version: int
    calendar_version: int | None
    basis: int
    inputs: SlaInputs
    clocks: tuple[ClockTarget, ...]
    reason: str | None = None
    calendar_id: str | None = None
    directory_offset: int | None = None


@dataclass(frozen=True, slots=True)
class SlaAtRisk:
    """`facts` are those of the moment, as of all events that may set off an escalation."""

    clock: Clock
    instance: int
    due_at: datetime
    facts: TicketFacts | None = None


@dataclass(frozen=True, slots=True)
class SlaBreached:
    """`facts` are those of the moment, as of all events that may set off an escalation."""

    clock: Clock
    instance: int
    due_at: datetime
    facts: TicketFacts | None = None


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
    facts: TicketFacts | None = None


@dataclass(frozen=True, slots=True)
class TicketEscalated:
    """`level` is 1 to 3; `key` names rule, condition and level, and is used once a ticket.

    `clock` and `instance` are the clock that caused it, `sentiment` that of the message that did. A change of
    priority that belongs to it is the next event, of the same command. `facts` are those before it.
    """

    key: str
    rule_id: str
    rule_version: int
    level: int
    previous_level: int
    target_tier: Tier | None = None
    clock: Clock | None = None
    instance: int | None = None
    sentiment: Sentiment | None = None
    facts: TicketFacts | None = None


@dataclass(frozen=True, slots=True)
class EscalationActionRequested:
    """Something outside of the ticket is to be done once for each `request.key`: the notifier's work.

    `key` is that of the escalation, `level` that of the ticket afterwards; the others as in `TicketEscalated`.
    """

    key: str
    request: ActionRequest
    rule_id: str
    rule_version: int
    level: int
    clock: Clock | None = None
    instance: int | None = None
    sentiment: Sentiment | None = None


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
