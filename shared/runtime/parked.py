"""What waits in a group's dead letters: a fold of the topic, by subject, in the order in which it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.events.catalogue import Undecodable
from shared.runtime.dead_letters import REDRIVE, REFUSED, SETTLES, Place

Subject = tuple[str, str]
"""The contract's name of a topic, and the key of its records."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """`letter` is its offset in the dead-letter topic, which has one partition."""

    letter: int
    subject: Subject
    place: Place


@dataclass(slots=True)
class Parked:
    """`apply` every record of the topic, in order; one that was applied before changes nothing."""

    position: int = 0
    _waiting: dict[int, Waiting] = field(default_factory=dict)
    _subjects: dict[Subject, list[int]] = field(default_factory=dict)
    _asked: dict[int, int] = field(default_factory=dict)

    def apply(self, offset: int, said: Mapping[str, str], key: bytes | None) -> None:
        """`said`: its headers as text. A record that is no letter of a worker is passed over."""
        if offset < self.position:
            return
        self.position = offset + 1
        settled, asked, refused = (_letter(said.get(name)) for name in (SETTLES, REDRIVE, REFUSED))
        if settled is not None:
            self._settle(settled)
        elif asked is not None:
            if asked in self._waiting:
                self._asked[asked] = offset
        elif refused is not None:
            self._asked.pop(refused, None)
        elif "dl_topic" in said:
            place = _place(said)
            waiting = Waiting(offset, subject_of(place, key), place)
            self._waiting[offset] = waiting
            self._subjects.setdefault(waiting.subject, []).append(offset)

    def behind(self, subject: Subject) -> list[Waiting]:
        """What waits of a subject, the oldest first."""
        return [self._waiting[letter] for letter in self._subjects.get(subject, ())]

    def asked(self, topic: str) -> list[Waiting]:
        """The letters of a topic that somebody asks for, the oldest request first."""
        found = [self._waiting[letter] for letter in sorted(self._asked, key=lambda one: self._asked[one])]
        return [waiting for waiting in found if waiting.place.topic == topic]

    def offsets(self, topic: str, partition: int) -> frozenset[int]:
        places = (waiting.place for waiting in self._waiting.values())
        return frozenset(place.offset for place in places if (place.topic, place.partition) == (topic, partition))

    def _settle(self, letter: int) -> None:
        waiting = self._waiting.pop(letter, None)
        self._asked.pop(letter, None)
        if waiting is not None:
            left = self._subjects[waiting.subject]
            left.remove(letter)
            if not left:
                del self._subjects[waiting.subject]


def subject_of(place: Place, key: bytes | None) -> Subject:
    """Nothing waits behind a record without a key."""
    return place.topic, f"{place.partition}/{place.offset}" if key is None else key.decode(errors="replace")


def _letter(text: str | None) -> int | None:
    """The offset in `<partition>-<offset>`."""
    return None if text is None else int(text.rpartition("-")[2])


def _place(said: Mapping[str, str]) -> Place:
    try:
        return Place(said["dl_topic"], int(said["dl_partition"]), int(said["dl_offset"]))
    except (KeyError, ValueError) as fault:
        raise Undecodable("a dead letter does not say where its record lay") from fault
