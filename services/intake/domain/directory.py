"""The directory's aggregates, API keys and records: one writer, so that each decision sees all the others."""

from collections.abc import Iterator
from typing import TypeVar, assert_never

from services.intake.domain import directory_keys, directory_records
from services.intake.domain.directory_keys import ApiKey
from services.intake.domain.directory_others import Others
from services.intake.domain.directory_records import Entry
from services.intake.domain.places import Places
from services.intake.domain.reaction import Reaction, Settled, follow
from services.intake.domain.rejected import Rejected
from shared.events.agent import SetAgentLimit
from shared.events.directory import (
    ApiKeyIssued,
    ApiKeyRevoked,
    DirectoryCommandData,
    DirectoryEventData,
    IssueApiKey,
    RecordRemoved,
    RecordSaved,
    RemoveRecord,
    RevokeApiKey,
    SaveRecord,
)
from shared.events.directory_records import Agent, Record
from shared.events.envelope import Command, Event

State = ApiKey | Entry
StateT = TypeVar("StateT", ApiKey, Entry)


class _Records:
    """The records among all that the directory has."""

    def __init__(self, others: Others[State]) -> None:
        self._others = others

    def get(self, subject: str) -> Record | None:
        found = self._others.get(subject)
        return found.record if isinstance(found, Entry) else None

    def all(self, prefix: str) -> Iterator[tuple[str, Record]]:
        for subject, found in self._others.all(prefix):
            if isinstance(found, Entry) and found.record is not None:
                yield subject, found.record


def decide(
    command: Command[DirectoryCommandData], state: State | None, others: Others[State], places: Places
) -> tuple[DirectoryEventData, ...]:
    """Raise `Rejected`."""
    match command.data:
        case IssueApiKey() | RevokeApiKey() as wish:
            everything = (other for _, other in others.all(""))
            return directory_keys.decide(command, wish, _of(ApiKey, state), everything)
        case SaveRecord() as save:
            return directory_records.decide_save(command, save, _of(Entry, state), _Records(others), places)
        case RemoveRecord() as removal:
            return directory_records.decide_removal(command, removal, _of(Entry, state), _Records(others))
        case unknown:
            assert_never(unknown)


def _of(wanted: type[StateT], state: State | None) -> StateT | None:
    if state is None or isinstance(state, wanted):
        return state
    raise Rejected("invalid_id", "An API key is no record, and a record is no API key.")


def evolve(state: State | None, event: Event[DirectoryEventData]) -> State:
    """What is there after the event. A log that does not begin with a beginning is broken: `ValueError`."""
    match event.data:
        case ApiKeyIssued() | ApiKeyRevoked() as data:
            return directory_keys.evolve(state if isinstance(state, ApiKey) else None, event, data)
        case RecordSaved(record=record):
            return Entry(record, event.version, event.conversation_version)
        case RecordRemoved():
            if state is None:
                raise ValueError(f"the log of {event.subject} does not begin with a record")
            return Entry(None, event.version, event.conversation_version)
        case unknown:
            assert_never(unknown)


def react(settled: Settled[State, DirectoryCommandData, DirectoryEventData]) -> tuple[Reaction, ...]:
    """What an agent may carry goes to their slots; an agent who is removed carries nothing more."""
    before, after = (
        state.record if isinstance(state, Entry) else None for state in (settled.before, settled.after)
    )
    if not settled.events or settled.after is None:
        return ()
    version = settled.after.version
    match before, after:
        case _, Agent(max_load=max_load, active=active):
            limit = SetAgentLimit(max_load, active, version)
        case Agent(max_load=max_load), None:
            limit = SetAgentLimit(max_load, active=False, directory_version=version)
        case _:
            return ()
    agent_id = settled.command.subject.partition("/")[2]
    return (Reaction("agent", follow(settled, "limit", agent_id, limit)),)
