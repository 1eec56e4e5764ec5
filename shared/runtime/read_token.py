"""Read tokens: the place in the log that a query must have reached to show what the asker just did."""

import base64
import struct
from dataclasses import dataclass
from uuid import UUID

_FORM = struct.Struct(">16sIQ")


class BadReadToken(Exception):
    """The text is not a token that this suite gave."""


@dataclass(frozen=True, slots=True)
class ReadToken:
    """`offset` is that of the last event to be seen, on `partition` of the topic whose id is `topic_id`."""

    topic_id: UUID
    partition: int
    offset: int

    def __str__(self) -> str:
        return (
            base64.urlsafe_b64encode(_FORM.pack(self.topic_id.bytes, self.partition, self.offset))
            .decode()
            .rstrip("=")
        )

    @classmethod
    def parse(cls, text: str) -> "ReadToken":
        """Raise `BadReadToken` for anything that `str` did not make."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            topic_id, partition, offset = _FORM.unpack(raw)
        except (ValueError, struct.error) as fault:
            raise BadReadToken("the read token is not one that this suite gave; leave it out") from fault
        return cls(UUID(bytes=topic_id), partition, offset)
