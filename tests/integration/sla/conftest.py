"""A desk whose tickets have clocks: on real servers, and made older by when they occurred."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from shared.events.directory import SaveRecord
from shared.events.directory_promises import SlaPolicy, Target
from shared.events.directory_records import Record
from shared.events.envelope import Actor, ActorKind, Command, Event
from shared.events.ticket_commands import TicketCommandData
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_values import Priority
from shared.runtime.settings import Settings
from tests.processing import OPEN, RITA, events, eventually, read_all, send, wish
from tests.suite import running

ADMIN = Actor(ActorKind.ADMIN, "amy")
PROCESSOR: Sequence[Sequence[str]] = (("services.intake", "processor"),)
CLOCKS: Sequence[Sequence[str]] = (("services.sla",),)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)

EventT = TypeVar("EventT", bound=TicketEventData)


@pytest.fixture
def desk(settings: Settings) -> Settings:
    return settings


@contextmanager
def at_work(settings: Settings) -> Iterator[None]:
    """The processor and the clocks."""
    with running(settings, (*PROCESSOR, *CLOCKS)):
        yield


def now() -> datetime:
    return datetime.now(UTC)


def save(settings: Settings, *records: tuple[str, Record]) -> None:
    """Returns when they are on the log."""
    before = len(read_all(settings, "directory.events"))
    send(settings, [wish(SaveRecord(record), key, ADMIN) for key, record in records])
    eventually(lambda: len(read_all(settings, "directory.events")) >= before + len(records))


def promise(
    *, first: int | None = None, reply: int | None = None, resolution: int | None = None, position: int = 100
) -> SlaPolicy:
    """The same minutes for each priority, in calendar time."""
    return SlaPolicy(tuple(Target(one, first, reply, resolution) for one in Priority), position)


def ago(data: TicketCommandData, ticket: UUID, actor: Actor, age: timedelta) -> Command[TicketCommandData]:
    """A wish of what occurred so long ago, as a gateway may have it."""
    return replace(wish(data, ticket, actor), occurred_at=now() - age)


def opened(settings: Settings, age: timedelta = timedelta()) -> UUID:
    ticket = uuid4()
    send(settings, [ago(OPEN, ticket, RITA, age) if age else wish(OPEN, ticket, RITA)])
    return ticket


def of(settings: Settings, ticket: UUID, kind: type[EventT]) -> list[Event[EventT]]:
    """What is on record of one kind, in order."""
    return [one for one in events(settings) if one.subject == str(ticket) and isinstance(one.data, kind)]  # type: ignore[misc] # mypy does not narrow a generic envelope by its data
