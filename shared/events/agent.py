"""Streams `agent.events` and `agent.commands`: what an agent can carry and carries; key: agent id.

Sole writer of the events: the intake processor; of the commands: the suite's own services. Names and fields
are storage format, as those of `ticket_events.py`. What an agent is, the directory says (`directory.py`).
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.events.catalogue import Catalogue
from shared.events.routing_values import Explanation


class AgentStatus(StrEnum):
    """What an agent says of themself; whether they are there at all, heartbeats say."""

    ONLINE = "online"
    BUSY = "busy"
    OFFLINE = "offline"


class SlotPurpose(StrEnum):
    """`routed`: by the router; `claimed`: by the agent; `assigned`: by hand; `returned`: a ticket of theirs."""

    ROUTED = "routed"
    CLAIMED = "claimed"
    ASSIGNED = "assigned"
    RETURNED = "returned"


class ReleaseReason(StrEnum):
    """`left`: the ticket is another's, waits for its requester or is solved; `declined`: it was not given."""

    LEFT = "left"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class AgentLimitSet:
    """From the directory, whose record's version `directory_version` is; `active` is false of one who left."""

    max_load: int
    active: bool
    directory_version: int


@dataclass(frozen=True, slots=True)
class AgentStatusSet:
    status: AgentStatus


@dataclass(frozen=True, slots=True)
class SlotReserved:
    """`reservation` names this hold of a slot; `load` counts the tickets held after it, this one included.

    `from_assignee` and `explanation` travel on to the ticket that is to be assigned.
    """

    reservation: UUID
    ticket_id: UUID
    purpose: SlotPurpose
    load: int
    max_load: int
    over_limit: bool = False
    from_assignee: str | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class SlotReleased:
    """`load` counts the tickets held after it."""

    reservation: UUID
    ticket_id: UUID
    reason: ReleaseReason
    load: int


AgentEventData = AgentLimitSet | AgentStatusSet | SlotReserved | SlotReleased

AGENT_EVENTS: Catalogue[AgentEventData] = Catalogue(
    {
        "casefold.agent.limit_set.v1": AgentLimitSet,
        "casefold.agent.status_set.v1": AgentStatusSet,
        "casefold.agent.slot_reserved.v1": SlotReserved,
        "casefold.agent.slot_released.v1": SlotReleased,
    }
)


@dataclass(frozen=True, slots=True)
class SetAgentLimit:
    """Follows from the directory alone; an older `directory_version` than the last is passed over."""

    max_load: int
    active: bool
    directory_version: int


@dataclass(frozen=True, slots=True)
class SetAgentStatus:
    """By the agent themself, or by a lead."""

    status: AgentStatus


@dataclass(frozen=True, slots=True)
class ReserveSlot:
    """Reserve, then assign the ticket: whoever may not pass the limit is refused at it.

    `from_assignee`: who must have the ticket still, of a routed one. The command's `expected` versions are
    the ticket's: they travel on to the assignment.
    """

    ticket_id: UUID
    purpose: SlotPurpose
    from_assignee: str | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class HoldSlot:
    """Follows from a ticket of the agent's that came back to them: it counts, whatever the limit."""

    ticket_id: UUID
    reservation: UUID


@dataclass(frozen=True, slots=True)
class ReleaseSlot:
    """Follows from the ticket. A reservation that is not held is already released."""

    ticket_id: UUID
    reservation: UUID
    reason: ReleaseReason = ReleaseReason.LEFT


AgentCommandData = SetAgentLimit | SetAgentStatus | ReserveSlot | HoldSlot | ReleaseSlot

AGENT_COMMANDS: Catalogue[AgentCommandData] = Catalogue(
    {
        "casefold.agent.command.set_limit.v1": SetAgentLimit,
        "casefold.agent.command.set_status.v1": SetAgentStatus,
        "casefold.agent.command.reserve_slot.v1": ReserveSlot,
        "casefold.agent.command.hold_slot.v1": HoldSlot,
        "casefold.agent.command.release_slot.v1": ReleaseSlot,
    }
)
