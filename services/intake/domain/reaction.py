"""What follows from a command elsewhere: commands to other aggregates, with ids derived from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from shared.events.envelope import Command, Event
from shared.events.identity import derived_id

StateT = TypeVar("StateT")
CommandT = TypeVar("CommandT")
EventT = TypeVar("EventT")


@dataclass(frozen=True, slots=True)
class Settled(Generic[StateT, CommandT, EventT]):
    """A command that was decided: the state around it, and its events; of a refused one there are none."""

    command: Command[CommandT]
    before: StateT | None
    events: Sequence[Event[EventT]]
    after: StateT | None


@dataclass(frozen=True, slots=True)
class Reaction:
    """A command for the aggregate of `stream`. `answers`: its outcome is the answer to the one it follows from."""

    stream: str
    command: Command[object]
    answers: bool = False


def follow(settled: Settled[StateT, CommandT, EventT], name: str, subject: str, data: object) -> Command[object]:
    """The command that follows under that name, in the name of the one who sent the first."""
    first = settled.command
    return Command(
        id=following_id(first.id, name),
        subject=subject,
        actor=first.actor,
        now=first.now,
        correlation_id=first.correlation_id,
        data=data,
        cause_id=settled.events[-1].id if settled.events else first.cause_id,
        trace=first.trace,
    )


def following_id(command_id: UUID, name: str) -> UUID:
    return derived_id(command_id, name)
