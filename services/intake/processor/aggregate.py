"""What the processor needs to know of an aggregate, and the form in which it keeps one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from services.intake.domain.directory_others import Others
from services.intake.domain.reaction import Reaction, Settled
from services.intake.domain.told import Told
from shared.events.catalogue import Catalogue
from shared.events.envelope import Command, Event
from shared.events.outcomes import Accepted


class Versioned(Protocol):
    @property
    def version(self) -> int: ...

    @property
    def conversation_version(self) -> int: ...


StateT = TypeVar("StateT", bound=Versioned)
CommandT = TypeVar("CommandT")
EventT = TypeVar("EventT")


class Remembered(NamedTuple):
    """An accepted command of the last days, and what it was answered."""

    command_id: UUID
    at: datetime
    fingerprint: str | None
    version: int
    conversation_version: int
    follow_up_id: UUID | None


class Kept(NamedTuple):
    """An aggregate's state, of its own type, and what it remembers, oldest first; its JSON is the snapshot."""

    state: Any
    memory: tuple[Remembered, ...]


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
    snapshot: TypeAdapter[tuple[StateT, tuple[Remembered, ...]]]
    react_again: Callable[[Command[CommandT], StateT], tuple[Reaction, ...]] = lambda _, __: ()

    def encode(self, kept: Kept) -> bytes:
        return self.snapshot.serializer.to_json((kept.state, kept.memory))

    def decode(self, raw: bytes) -> Kept:
        return Kept(*self.snapshot.validate_json(raw))


AnyAggregate = Aggregate[Any, Any, Any]
