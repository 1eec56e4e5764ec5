"""Stream `ticket.outcomes`: what became of each command; partition chosen by the asker; writer: the processor.

In a transaction each outcome is written once, for the record. After the commit a plain copy, marked by the
header `copy`, follows on the same partition for whoever is waiting: a waiting reader reads uncommitted and
takes copies only; a projection reads committed and passes them over.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Discriminator, TypeAdapter, ValidationError

from shared.events.catalogue import Undecodable
from shared.events.envelope import Actor

COPY_HEADER = "copy"
CORRELATION_HEADER = "correlation"
"""On a copy: the command's correlation id, by which the asker knows the request that waits."""
POSITION_HEADER = "position"
"""On a copy: offset, on the command's partition of the event topic, that a read must have reached."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`version` is the aggregate's after the command; `repeated`: it was accepted before, and nothing was done.

    `reference` is that of the ticket; `follow_up_id` the ticket that the message went to instead.
    `continued_by` is the command that goes on with what was asked, on another aggregate: its outcome answers.
    """

    version: int
    conversation_version: int
    reference: str | None = None
    follow_up_id: UUID | None = None
    repeated: bool = False
    continued_by: UUID | None = None
    kind: Literal["accepted"] = "accepted"


@dataclass(frozen=True, slots=True)
class Refused:
    """`code` is stable, `detail` a sentence for a person, `allowed` what the state machine permits instead."""

    code: str
    detail: str
    allowed: tuple[str, ...] = ()
    version: int | None = None
    conversation_version: int | None = None
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`stream` is `ticket`, `agent` or `directory`; `partition` that of the command, and so of its events."""

    command_id: UUID
    stream: str
    subject: str
    partition: int
    actor: Actor
    decided_at: datetime
    result: Annotated[Accepted | Refused, Discriminator("kind")]


_ADAPTER = TypeAdapter(Outcome)


def encode_outcome(outcome: Outcome) -> bytes:
    return _ADAPTER.serializer.to_json(outcome)


def decode_outcome(value: bytes | None) -> Outcome:
    """Raise `Undecodable` where the value is no outcome."""
    try:
        return _ADAPTER.validate_json(value or b"")
    except ValidationError as refusal:
        raise Undecodable(f"not an outcome: {refusal.error_count()} faults") from refusal
