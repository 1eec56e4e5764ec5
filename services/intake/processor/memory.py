"""What an aggregate remembers of the commands it accepted, kept as the JSON that its snapshot holds."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

_BEGIN = re.compile(rb'(?<=\],)\["[0-9a-f-]{36}","')
"""A further entry. Nothing within a string looks so: its quotes are escaped, and behind its last one is no id."""


class Remembered(NamedTuple):
    """An accepted command of the last days, and what it was answered."""

    command_id: UUID
    at: datetime
    fingerprint: str | None
    version: int
    conversation_version: int
    follow_up_id: UUID | None


_ENTRY: TypeAdapter[Remembered] = TypeAdapter(Remembered)


@dataclass(frozen=True, slots=True)
class Memory:
    """Entries, oldest first, with a comma between two; `since` is the time of the oldest.

    Every command needs all of it written, and hardly one needs any of it read: so it stays text.
    """

    text: bytes = b""
    since: datetime | None = None

    def find(self, command_id: UUID) -> Remembered | None:
        place = self.text.find(b'["%b","' % str(command_id).encode())
        return None if place < 0 else _ENTRY.validate_json(self.text[place : self._end(place)])

    def at_most(self) -> int:
        """How many entries there are; more than that where a text among them looks like the edge of two."""
        return self.text.count(b'],["') + 1 if self.text else 0

    def after(self, oldest: datetime) -> "Memory":
        """Without what is older; entries are in the order of their times."""
        if self.since is None or self.since >= oldest:
            return self
        place = 0
        while place < len(self.text):
            end = self._end(place)
            at = _ENTRY.validate_json(self.text[place:end]).at
            if at >= oldest:
                return Memory(self.text[place:], at)
            place = end + 1
        return Memory()

    def without_oldest(self) -> "Memory":
        end = self._end(0)
        return read_memory(self.text[end + 1 :])

    def with_entry(self, entry: Remembered) -> "Memory":
        written = _ENTRY.serializer.to_json(entry)
        if self.since is None:
            return Memory(written, entry.at)
        return Memory(b"%b,%b" % (self.text, written), self.since)

    def _end(self, place: int) -> int:
        """Where the entry that begins at `place` ends."""
        further = _BEGIN.search(self.text, place + 1)
        return len(self.text) if further is None else further.start() - 1


def read_memory(text: bytes) -> Memory:
    """From the inside of the array that a snapshot holds."""
    if not text:
        return Memory()
    further = _BEGIN.search(text)
    first = text if further is None else text[: further.start() - 1]
    return Memory(text, _ENTRY.validate_json(first).at)
