"""What an aggregate remembers is text, and reads and writes as a list of entries would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.intake.domain.policy import Policy
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from services.intake.processor.aggregate import Kept
from services.intake.processor.aggregates import tickets
from services.intake.processor.handle import MAX_REMEMBERED, with_room
from services.intake.processor.memory import Memory, Remembered
from shared.events.envelope import Actor, ActorKind, Command
from shared.events.personal import Plain
from shared.events.ticket_commands import AddNote
from shared.events.ticket_values import Channel, Message, Priority, Status

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TICKETS = tickets(Policy())
SNAPSHOT = TypeAdapter(tuple[Ticket, tuple[Remembered, ...]])

TEXTS = st.text() | st.sampled_from(['],["', "},[[", "],[", "[", '"', '["0189d3f4-0000-7000-8000-0000000051c7","'])
ENTRIES = st.lists(
    st.tuples(st.timedeltas(timedelta(0), timedelta(days=1)), st.none() | TEXTS, st.none() | st.uuids()),
    max_size=8,
)


def listed(drawn: list[tuple[timedelta, str | None, UUID | None]]) -> list[Remembered]:
    """In the order of their times, as one writer makes them."""
    now, entries = BEGAN, []
    for number, (later, fingerprint, follow_up) in enumerate(drawn):
        now += later
        entries.append(Remembered(UUID(int=number), now, fingerprint, number, number, follow_up))
    return entries


def memory_of(entries: list[Remembered]) -> Memory:
    memory = Memory()
    for entry in entries:
        memory = memory.with_entry(entry)
    return memory


def ticket(subject: str) -> Ticket:
    return Ticket(
        id=UUID(int=0xFEED),
        reference="CF-13",
        subject=Plain(subject),
        channel=Channel.WEB,
        priority=Priority.P3,
        status=Status.NEW,
        requester_id=subject,
        created_at=BEGAN,
        version=1,
        conversation_version=1,
        silences=((BEGAN, 5),),
        fields={"text": subject},
        imported=(UUID(int=1), UUID(int=2)),
    )


@given(ENTRIES, TEXTS)
def test_a_snapshot_is_the_json_of_state_and_entries_and_reads_back(
    drawn: list[tuple[timedelta, str | None, UUID | None]], subject: str
) -> None:
    entries = listed(drawn)
    kept = Kept(ticket(subject), memory_of(entries))
    written = TICKETS.encode(kept)
    assert written == SNAPSHOT.dump_json((kept.state, tuple(entries)))
    assert TICKETS.decode(written) == kept


@given(ENTRIES)
def test_each_entry_is_found_and_no_other(drawn: list[tuple[timedelta, str | None, UUID | None]]) -> None:
    entries = listed(drawn)
    memory = memory_of(entries)
    assert [memory.find(entry.command_id) for entry in entries] == entries
    assert memory.find(UUID("0189d3f4-0000-7000-8000-0000000051c7")) is None
    assert memory.at_most() >= len(entries)


@given(ENTRIES, st.timedeltas(timedelta(0), timedelta(days=8)))
def test_what_is_older_is_forgotten(
    drawn: list[tuple[timedelta, str | None, UUID | None]], later: timedelta
) -> None:
    entries = listed(drawn)
    oldest = BEGAN + later
    assert memory_of(entries).after(oldest) == memory_of([entry for entry in entries if entry.at >= oldest])


def test_entries_of_our_own_making_are_counted_exactly() -> None:
    entries = listed([(timedelta(hours=1), "0f" * 8, None)] * 5)
    assert [memory_of(entries[:count]).at_most() for count in range(6)] == [0, 1, 2, 3, 4, 5]


@given(ENTRIES.filter(bool))
def test_without_the_oldest_the_others_are_there(drawn: list[tuple[timedelta, str | None, UUID | None]]) -> None:
    entries = listed(drawn)
    memory = memory_of(entries).without_oldest()
    assert memory.find(entries[0].command_id) is None
    assert [memory.find(entry.command_id) for entry in entries[1:]] == entries[1:]
    assert memory.since == (entries[1].at if len(entries) > 1 else None)


FULL = memory_of([Remembered(UUID(int=n), BEGAN, None, n, n, None) for n in range(MAX_REMEMBERED)])
NOTE = Command(
    UUID(int=0xC0), "f00d", Actor(ActorKind.AGENT, "ada"), BEGAN, UUID(int=1), AddNote(Message(Plain("a note")))
)
KEPT = timedelta(days=7)


def test_a_person_is_refused_where_nothing_more_is_remembered() -> None:
    with pytest.raises(Rejected, match="commands are remembered at a time"):
        with_room(FULL, NOTE, KEPT)
    later = replace(NOTE, now=BEGAN + KEPT + timedelta(seconds=1))
    assert with_room(FULL, later, KEPT) == Memory(), "what is old makes room"


@pytest.mark.parametrize(
    "command",
    [replace(NOTE, cause_id=UUID(int=7)), replace(NOTE, actor=Actor(ActorKind.SERVICE, "sla"))],
    ids=["follows from an event", "a service's"],
)
def test_what_comes_again_without_harm_takes_the_place_of_the_oldest(command: Command[AddNote]) -> None:
    memory = with_room(FULL, command, KEPT)
    assert (memory.at_most(), memory.find(UUID(int=0))) == (MAX_REMEMBERED - 1, None)
