"""The position record: how far a partition's commands are decided; every transaction writes one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pydantic import TypeAdapter

POSITION_KEY = b"@position"
"""Key of the record on the snapshots topic; no aggregate's id begins with `@`."""


@dataclass(frozen=True, slots=True)
class Position:
    """`next_offset` is that of the first command not decided; `number` counts the aggregates opened so far.

    `last_now` is the latest time that a decision was given. The topic ids and the number of partitions say
    which log this is a position of.
    """

    commands_topic: UUID
    events_topic: UUID
    partitions: int
    next_offset: int = 0
    number: int = 0
    last_now: datetime = datetime(1970, 1, 1, tzinfo=UTC)


_ADAPTER = TypeAdapter(Position)
encode_position = _ADAPTER.dump_json
decode_position = _ADAPTER.validate_json
