"""Stream `routing.requests`, one partition: all that routing rests on, in the one order in which it decides.

Key: the id of the ticket or agent that a request is about, of a record of the directory its kind and id (as
`agents/ada`), of a presence `presence/` and the agent's id. Sole writer: the router. The envelope is that of an
event, with the version of what it tells of (of a directory record or a presence: its offset on that topic and 1),
the ticket's conversation version, and that event as its cause. An event becomes one request at most. Requests hold
no personal values. The log's append time is the time of a decision, so that the same requests always lead to the
same decisions.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.events.agent import AgentLimitSet, AgentStatusSet, SlotReleased, SlotReserved
from shared.events.catalogue import Catalogue
from shared.events.directory_hours import OutOfOffice, WorkingHours
from shared.events.directory_records import Category, RoutingPolicy, Team
from shared.events.ticket_values import Priority, Status, Tier


@dataclass(frozen=True, slots=True)
class TicketArrived:
    """A ticket was opened; `tags` has those that rules add, `language` is its own or its organisation's."""

    priority: Priority
    created_at: datetime
    team_id: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TicketPropertiesChanged:
    """What is None stays; `cleared` names what was emptied."""

    priority: Priority | None = None
    team_id: str | None = None
    category: str | None = None
    language: str | None = None
    cleared: tuple[str, ...] = ()
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketDue:
    """The earliest due time of the ticket's running clocks; None: no clock runs."""

    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketTaken:
    """An agent has it now; `routed`: the router's decision, else a person's."""

    agent_id: str
    routed: bool = False


@dataclass(frozen=True, slots=True)
class TicketLeft:
    """Nobody has it now."""


@dataclass(frozen=True, slots=True)
class TicketMoved:
    """Its status is another; a closed ticket is forgotten."""

    status: Status


class Side(StrEnum):
    REQUESTER = "requester"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class TicketAnswered:
    """A public message; `by` says whose turn it was."""

    by: Side


@dataclass(frozen=True, slots=True)
class TicketWaits:
    """The ticket was recorded as queued, at the version of the envelope."""


@dataclass(frozen=True, slots=True)
class TicketRaised:
    """An escalation asks for an agent of that tier or a higher one, also while another has the ticket."""

    tier: Tier


@dataclass(frozen=True, slots=True)
class TicketNoted:
    """A note, a redaction, a follow-up: part of the conversation, whose version moved, and no news else."""


@dataclass(frozen=True, slots=True)
class AgentRecorded:
    """The directory's record of an agent, as far as routing rests on it."""

    team_id: str
    tier: Tier
    skills: dict[str, int]
    languages: tuple[str, ...] = ()
    working_hours: WorkingHours | None = None
    out_of_office: OutOfOffice | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class RecordForgotten:
    """A record of the directory was removed; the key says which."""


class Presence(StrEnum):
    """Whether heartbeats come: `present` while the last is fresh."""

    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """`since`: the last heartbeat before it, or the first of the new ones."""

    presence: Presence
    since: datetime


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time went on while something waits for it."""


@dataclass(frozen=True, slots=True)
class CheckpointPart:
    """A part of the router's state after the request at `position`: `number` of `count`, from 1.

    `content` is the router's own form, which nobody else reads. Other requests may stand between the parts.
    """

    position: int
    number: int
    count: int
    content: str


RoutingData = (
    TicketArrived
    | TicketPropertiesChanged
    | TicketDue
    | TicketTaken
    | TicketLeft
    | TicketMoved
    | TicketAnswered
    | TicketWaits
    | TicketRaised
    | TicketNoted
    | AgentRecorded
    | Team
    | Category
    | RoutingPolicy
    | RecordForgotten
    | AgentLimitSet
    | AgentStatusSet
    | SlotReserved
    | SlotReleased
    | PresenceChanged
    | Ticked
    | CheckpointPart
)

ROUTING_REQUESTS: Catalogue[RoutingData] = Catalogue(
    {
        "casefold.routing.ticket_arrived.v1": TicketArrived,
        "casefold.routing.ticket_properties_changed.v1": TicketPropertiesChanged,
        "casefold.routing.ticket_due.v1": TicketDue,
        "casefold.routing.ticket_taken.v1": TicketTaken,
        "casefold.routing.ticket_left.v1": TicketLeft,
        "casefold.routing.ticket_moved.v1": TicketMoved,
        "casefold.routing.ticket_answered.v1": TicketAnswered,
        "casefold.routing.ticket_waits.v1": TicketWaits,
        "casefold.routing.ticket_raised.v1": TicketRaised,
        "casefold.routing.ticket_noted.v1": TicketNoted,
        "casefold.routing.agent_recorded.v1": AgentRecorded,
        "casefold.routing.team_recorded.v1": Team,
        "casefold.routing.category_recorded.v1": Category,
        "casefold.routing.policy_recorded.v1": RoutingPolicy,
        "casefold.routing.record_forgotten.v1": RecordForgotten,
        "casefold.routing.limit_set.v1": AgentLimitSet,
        "casefold.routing.status_set.v1": AgentStatusSet,
        "casefold.routing.slot_reserved.v1": SlotReserved,
        "casefold.routing.slot_released.v1": SlotReleased,
        "casefold.routing.presence_changed.v1": PresenceChanged,
        "casefold.routing.ticked.v1": Ticked,
        "casefold.routing.checkpoint_part.v1": CheckpointPart,
    }
)
