"""What a client saw of the commands that it sent."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Seen(StrEnum):
    """`FAILED`: certainly not sent. `UNKNOWN`: sent, and no outcome came in time; it may have happened."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as its sender saw it; moments are seconds of one monotonic clock.

    `version` is the one that an acceptance named, `answered_at` when an outcome was seen.
    """

    command_id: UUID
    ticket: str
    sent_at: float
    seen: Seen
    version: int | None = None
    answered_at: float | None = None
