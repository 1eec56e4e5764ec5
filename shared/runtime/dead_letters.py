"""Dead letters: a record that a consumer group could not handle, as it was, with why, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.events.wire import RawHeaders

SETTLES = "dl_settles"
"""On a record of a dead-letter topic: the letter, `<partition>-<offset>`, that is settled, as `ACTION` says."""
ACTION = "dl_action"
REDRIVE = "dl_redrive"
"""On a record of a dead-letter topic: the letter that somebody asks its group to handle now."""
REFUSED = "dl_refused"
"""On a record of a dead-letter topic: the letter that failed again, with its new `dl_reason`."""
REDRIVEN = "redriven"
"""The action of a letter that was handled after all."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What to produce, and to which topic of the contract, without its prefix."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lay; `topic` is the contract's name."""

    topic: str
    partition: int
    offset: int


def dead_letter(  # noqa: PLR0913 - a record has so many parts
    group: str,
    place: Place,
    *,
    key: bytes | None,
    value: bytes | None,
    headers: RawHeaders,
    reason: str,
    at: datetime,
    stack: str = "",
) -> DeadLetter:
    """The record as it was; the headers `dl_` say why, where and when. `reason` and `stack` hold no values."""
    kept = [
        (name, raw.encode() if isinstance(raw, str) else (raw or b""))
        for name, raw in headers or ()
        if not name.startswith("dl_")
    ]
    said = (
        ("dl_reason", reason),
        ("dl_topic", place.topic),
        ("dl_partition", str(place.partition)),
        ("dl_offset", str(place.offset)),
        ("dl_group", group),
        ("dl_stack", stack),
        ("dl_at", at.isoformat()),
    )
    return DeadLetter(
        f"dead-letters.{group}", key, value, [*kept, *((name, text.encode()) for name, text in said)]
    )
