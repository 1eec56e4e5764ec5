"""Where a reader of an agent's stream stands: the next offset of every partition, as one opaque text."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

_ID_BYTES = 16
_MORE, _SEVEN_BITS = 0x80, 0x7F


class BadStreamPosition(Exception):
    """The text is none that this suite gave."""


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """Of the topic whose id is `topic_id`: one that was made anew under the same name is another."""

    topic_id: UUID
    offsets: tuple[int, ...]

    def __str__(self) -> str:
        raw = self.topic_id.bytes + b"".join(_packed(offset) for offset in self.offsets)
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "StreamPosition":
        """Raise `BadStreamPosition` for anything that `str` did not make."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return cls(UUID(bytes=raw[:_ID_BYTES]), tuple(_unpacked(raw[_ID_BYTES:])))
        except ValueError as fault:
            raise BadStreamPosition("the position is none that this suite gave") from fault


def _packed(number: int) -> bytes:
    """LEB128: seven bits a byte, the lowest first."""
    packed = bytearray()
    while number > _SEVEN_BITS:
        packed.append(number & _SEVEN_BITS | _MORE)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _unpacked(raw: Sequence[int]) -> Iterator[int]:
    number = shift = 0
    for byte in raw:
        number |= (byte & _SEVEN_BITS) << shift
        shift += 7
        if not byte & _MORE:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("the last number is cut short")
