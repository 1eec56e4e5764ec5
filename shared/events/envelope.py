"""The envelope that every command and every event travels in, whatever its stream.

On Kafka it is CloudEvents 1.0 in binary mode (`wire.py`); here it is a frozen value that domain code reads.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

DataT_co = TypeVar("DataT_co", covariant=True)


class ActorKind(StrEnum):
    REQUESTER = "requester"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    SERVICE = "service"
    IMPORT = "import"


class Origin(StrEnum):
    """`import` events tell of a past elsewhere: reactors skip them unless asked."""

    LIVE = "live"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants or did it. `id` is the token's subject, an agent's id, or a service's name."""

    kind: ActorKind
    id: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Versions that must hold when the command is decided; None asks for nothing.

    `if_match` is the version of an `If-Match` header: it fails with another code than the body's two.
    """

    version: int | None = None
    conversation_version: int | None = None
    if_match: int | None = None


NOTHING_EXPECTED = Expected()


@dataclass(frozen=True, slots=True)
class Command(Generic[DataT_co]):
    """A wish that an aggregate change. `subject` is the aggregate's id and the record's key.

    `now` is the broker's append time, never before that of an earlier command of the partition; a command
    that was not yet appended carries the time of its making. `occurred_at` is set by importers and gateways
    for facts older than `now`. `reply_to` is the partition of the outcomes topic on which the asker listens.
    `fingerprint` is a digest of what was asked: the same id with another fingerprint is another wish, refused.
    """

    id: UUID
    subject: str
    actor: Actor
    now: datetime
    correlation_id: UUID
    data: DataT_co
    occurred_at: datetime | None = None
    cause_id: UUID | None = None
    origin: Origin = Origin.LIVE
    expected: Expected = NOTHING_EXPECTED
    reply_to: int | None = None
    fingerprint: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Event(Generic[DataT_co]):
    """A fact of one aggregate. Versions of a subject run 1, 2, 3 ... without a gap.

    `recorded_at` is the time of the log, `occurred_at` that of the world, never later. `cause_id` is the event
    that led to the command, if one did. `conversation_version` counts messages, notes and changes of status
    only. `implied` marks a step that an import put in because the state machine needs it.
    """

    id: UUID
    subject: str
    version: int
    conversation_version: int
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    command_id: UUID
    correlation_id: UUID
    data: DataT_co
    cause_id: UUID | None = None
    origin: Origin = Origin.LIVE
    implied: bool = False
    trace: str | None = None
