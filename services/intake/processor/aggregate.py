"""What the processor needs to know of an aggregate, and the form in which it keeps one."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pydantic import TypeAdapter

from services.intake.domain.directory_others import Others
from services.intake.domain.reaction import Reaction, Settled
from services.intake.domain.told import Told
from services.intake.processor.memory import Memory, read_memory
from shared.events.catalogue import Catalogue
from shared.events.envelope import Command, Event
from shared.events.outcomes import Accepted

_MEMORY = re.compile(rb'(?<=\}),\[(?=\["[0-9a-f-]{36}",")')
"""Where in a snapshot a memory begins that is not empty: no state holds a list of lists behind an object."""


class Versioned(Protocol):
    @property
    def version(self) -> int: ...

    @property
    def conversation_version(self) -> int: ...


StateT = TypeVar("StateT", bound=Versioned)
CommandT = TypeVar("CommandT")
EventT = TypeVar("EventT")


class Kept(NamedTuple):
    """An aggregate's state, of its own type, and what it remembers; as one JSON array they are the snapshot."""

    state: Any
    memory: Memory


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[StateT, CommandT, EventT]):
    """`decide` takes the number that a new aggregate of the partition would have, and a look at the others of it.

    See `domain/` for the rest.
    `react` is asked of each command that was decided, refused or not; `react_again` of one that was accepted
    before, whose answer is another aggregate's to give.
    """

    stream: str
    commands: Catalogue[CommandT]
    events: Catalogue[EventT]
    decide: Callable[[Command[CommandT], StateT | None, int, Others[StateT]], Iterable[EventT | Told[EventT]]]
    evolve: Callable[[StateT | None, Event[EventT]], StateT]
    react: Callable[[Settled[StateT, CommandT, EventT]], tuple[Reaction, ...]]
    accepted: Callable[[StateT, Iterable[Event[EventT]]], Accepted]
    conversation: tuple[type, ...]
    state: TypeAdapter[StateT]
    react_again: Callable[[Command[CommandT], StateT], tuple[Reaction, ...]] = lambda _, __: ()

    def encode(self, kept: Kept) -> bytes:
        return b"[%b,[%b]]" % (self.state.serializer.to_json(kept.state), kept.memory.text)

    def decode(self, raw: bytes) -> Kept:
        begin = _MEMORY.search(raw)
        if begin is None:
            return Kept(self.state.validate_json(raw.removeprefix(b"[").removesuffix(b",[]]")), Memory())
        return Kept(self.state.validate_json(raw[1 : begin.start()]), read_memory(raw[begin.end() : -2]))


AnyAggregate = Aggregate[Any, Any, Any]
