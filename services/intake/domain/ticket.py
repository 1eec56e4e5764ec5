"""A ticket as the fold of its events; it holds no message bodies."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from shared.events.personal import Personal
from shared.events.routing_values import QueueReason
from shared.events.ticket_promises import SlaTargeted
from shared.events.ticket_values import Channel, Clock, ClockTarget, FieldValue, Priority, Status


@dataclass(frozen=True, slots=True)
class ClockState:
    """`met_at`: when what the clock waits for occurred, in time or late."""

    target: ClockTarget
    at_risk: bool = False
    breached: bool = False
    met_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the clocks are promised by, and what was known of the ticket then, as in `SlaTargeted`."""

    policy_id: str
    policy_version: int
    basis: int
    calendar_id: str | None = None
    calendar_version: int | None = None
    directory_offset: int | None = None

    @staticmethod
    def of(targeted: SlaTargeted) -> "Terms":
        return Terms(
            targeted.policy_id,
            targeted.policy_version,
            targeted.basis,
            targeted.calendar_id,
            targeted.calendar_version,
            targeted.directory_offset,
        )


@dataclass(frozen=True, slots=True)
class Resolution:
    """One resolution of the ticket, whom it is credited to, and what became of its survey."""

    number: int
    agent_id: str | None
    team_id: str | None
    survey_scheduled: bool = False
    survey_sent: bool = False
    rated: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """`messages` are the versions of events with a body that is not redacted.

    `sla_basis` is the version of the last event that clocks depend on; `awaiting_since` the time of the
    requester's oldest unanswered message; `silences` what `AgentSilent` was recorded for; `escalation_keys`
    the conditions that have escalated; `imported` the ids of import commands, kept for ever. `reservation` names
    the slot that the assignee holds for it; `queued` is why it waits, and the skills that are missing.
    """

    id: UUID
    reference: str
    subject: Personal
    channel: Channel
    priority: Priority
    status: Status
    requester_id: str
    created_at: datetime
    version: int
    conversation_version: int
    assignee_id: str | None = None
    team_id: str | None = None
    category: str | None = None
    organisation: str | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = field(default_factory=dict)
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    ever_assigned: bool = False
    messages: tuple[int, ...] = ()
    sla_basis: int = 0
    clocks: tuple[ClockState, ...] = ()
    awaiting_since: datetime | None = None
    silences: tuple[tuple[datetime, int], ...] = ()
    escalation_level: int = 0
    escalation_keys: tuple[str, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    imported: tuple[UUID, ...] = ()
    reservation: UUID | None = None
    queued: tuple[QueueReason, tuple[str, ...]] | None = None
    terms: Terms | None = None

    def with_changes(self, **changes: Any) -> "Ticket":  # noqa: ANN401 - as `replace` takes them
        """What `dataclasses.replace` makes, in half of its time: every event makes a new ticket."""
        values = list(_VALUES(self))
        for name, value in changes.items():
            values[_PLACES[name]] = value
        return Ticket(*values)

    def clock(self, clock: Clock) -> ClockState | None:
        for state in self.clocks:
            if state.target.clock is clock:
                return state
        return None


_PLACES = {known.name: place for place, known in enumerate(fields(Ticket))}
_VALUES = attrgetter(*_PLACES)
