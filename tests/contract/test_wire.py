"""The contract on the wire: every type there and back, CloudEvents' rules, each fault named."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.catalogue import Undecodable
from shared.events.envelope import NOTHING_EXPECTED, Actor, ActorKind, Command, Event, Expected, Origin
from shared.events.personal import Plain
from shared.events.ticket_commands import TICKET_COMMANDS, AddNote, TicketCommandData
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData, TicketNoted, TicketResumed
from shared.events.ticket_values import Message
from shared.events.wire import (
    RawHeaders,
    command_headers,
    decode_command,
    decode_event,
    event_headers,
    read_headers,
)
from tests.contract.strategies import ACTORS, EXPECTED, ORIGINS, TEXT, TIMES, of

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ID = UUID("0189d3f4-0000-7000-8000-000000000001")
SAID = Message(Plain("x"))
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

EVENT: Event[TicketEventData] = Event(
    ID,
    str(ID),
    3,
    2,
    AT,
    AT,
    Actor(ActorKind.AGENT, "ädä"),
    ID,
    ID,
    TicketNoted(SAID),
    ID,
    Origin.IMPORT,
    implied=True,
    trace=TRACE,
)
COMMAND: Command[TicketCommandData] = Command(
    ID,
    str(ID),
    Actor(ActorKind.LEAD, "lea"),
    AT,
    ID,
    AddNote(SAID),
    occurred_at=AT,
    cause_id=ID,
    expected=Expected(1, 2, 3),
    reply_to=4,
    fingerprint="f",
    trace=TRACE,
)


def _sent(event: Event[TicketEventData]) -> tuple[list[tuple[str, bytes]], bytes]:
    return event_headers(event, TICKET_EVENTS.name_of(event.data), b"/tests"), TICKET_EVENTS.encode(event.data)


def _asked(command: Command[TicketCommandData]) -> tuple[list[tuple[str, bytes]], bytes]:
    name = TICKET_COMMANDS.name_of(command.data)
    return command_headers(command, name, b"/tests"), TICKET_COMMANDS.encode(command.data)


def _read_event(headers: RawHeaders, value: bytes | None) -> Event[TicketEventData]:
    return decode_event(TICKET_EVENTS, headers, value)


def _read_command(headers: RawHeaders, value: bytes | None, now: datetime = AT) -> Command[TicketCommandData]:
    return decode_command(TICKET_COMMANDS, read_headers(headers), value, now)


@pytest.mark.parametrize("name", list(TICKET_EVENTS.types))
@given(data=st.data())
def test_every_event_comes_back_as_it_went(name: str, data: st.DataObject) -> None:
    event = replace(EVENT, data=data.draw(of(TICKET_EVENTS.types[name])))
    headers, value = _sent(event)
    came_back = _read_event(headers, value)
    assert came_back == event
    assert TICKET_EVENTS.encode(came_back.data) == value, "1, 1.0 and true are equal in Python, not in JSON"


@pytest.mark.parametrize("name", list(TICKET_COMMANDS.types))
@given(data=st.data())
def test_every_command_comes_back_as_it_went(name: str, data: st.DataObject) -> None:
    command = replace(COMMAND, data=data.draw(of(TICKET_COMMANDS.types[name])))
    headers, value = _asked(command)
    came_back = _read_command(headers, value)
    assert came_back == command
    assert TICKET_COMMANDS.encode(came_back.data) == value, "1, 1.0 and true are equal in Python, not in JSON"


@given(
    st.builds(
        Event,
        st.uuids(),
        TEXT,
        st.integers(1, 2**31),
        st.integers(1, 2**31),
        TIMES,
        TIMES,
        ACTORS,
        st.uuids(),
        st.uuids(),
        st.just(TicketNoted(SAID)),
        st.none() | st.uuids(),
        ORIGINS,
        st.booleans(),
        st.none() | TEXT,
    )
)
def test_every_envelope_of_an_event_comes_back_as_it_went(event: Event[TicketEventData]) -> None:
    assert _read_event(*_sent(event)) == event


@given(
    st.builds(
        Command,
        st.uuids(),
        TEXT,
        ACTORS,
        st.just(AT),
        st.uuids(),
        st.just(AddNote(SAID)),
        st.none() | TIMES,
        st.none() | st.uuids(),
        ORIGINS,
        EXPECTED,
        st.none() | st.integers(0, 1000),
        st.none() | TEXT,
        st.none() | TEXT,
    )
)
def test_every_envelope_of_a_command_comes_back_as_it_went(command: Command[TicketCommandData]) -> None:
    assert _read_command(*_asked(command)) == command


def test_a_commands_now_is_the_brokers_and_not_the_askers() -> None:
    later = datetime(2026, 1, 6, tzinfo=UTC)
    assert _read_command(*_asked(COMMAND), now=later) == replace(COMMAND, now=later)


def test_nothing_expected_takes_no_header() -> None:
    headers, value = _asked(replace(COMMAND, expected=Expected()))
    assert not {"ce_expectedversion", "ce_expectedconversation", "ce_ifmatch"} & dict(headers).keys()
    assert _read_command(headers, value).expected is NOTHING_EXPECTED


@pytest.mark.parametrize("headers", [_sent(EVENT)[0], _asked(COMMAND)[0]], ids=["event", "command"])
def test_the_headers_are_cloudevents_binary_mode(headers: list[tuple[str, bytes]]) -> None:
    found = read_headers(headers)
    assert len(found) == len(headers), "each once"
    assert {"ce_id", "ce_source", "ce_specversion", "ce_type"} <= found.keys()
    assert (found["ce_specversion"], found["content-type"]) == ("1.0", "application/json")
    assert found["ce_source"] == "/tests"
    for name in found.keys() - {"content-type", "traceparent"}:
        assert re.fullmatch(r"ce_[a-z0-9]{1,20}", name), name
    assert datetime.fromisoformat(found["ce_time"]) == AT, "RFC 3339"


COMMAND_NEEDED = ["ce_id", "ce_type", "ce_subject", "ce_actorkind", "ce_actorid", "ce_correlationid", "ce_origin"]
NEEDED = [
    *COMMAND_NEEDED,
    "ce_time",
    "ce_version",
    "ce_conversationversion",
    "ce_recordedat",
    "ce_commandid",
]
COMMAND_OPTIONAL = [
    "ce_occurredat",
    "ce_causeid",
    "ce_expectedversion",
    "ce_expectedconversation",
    "ce_ifmatch",
    "ce_replyto",
]
ANY_TEXT = {"ce_subject", "ce_actorid", "ce_type"}


@pytest.mark.parametrize("name", NEEDED)
def test_an_events_missing_header_is_named(name: str) -> None:
    headers, value = _sent(EVENT)
    with pytest.raises(Undecodable, match=f"^the header '{name}' is missing$"):
        _read_event([header for header in headers if header[0] != name], value)


@pytest.mark.parametrize("name", COMMAND_NEEDED)
def test_a_commands_missing_header_is_named(name: str) -> None:
    headers, value = _asked(COMMAND)
    with pytest.raises(Undecodable, match=f"^the header '{name}' is missing$"):
        _read_command([header for header in headers if header[0] != name], value)


@pytest.mark.parametrize("broken", [b"?", b"", None, b"2026-01-05T09:00:00 or so"])
@pytest.mark.parametrize("name", [*(name for name in NEEDED if name not in ANY_TEXT), "ce_causeid"])
def test_an_events_broken_header_is_named(name: str, broken: bytes | None) -> None:
    headers, value = _sent(EVENT)
    with pytest.raises(Undecodable, match=f"^the header '{name}' does not hold what it should$"):
        _read_event([*headers, (name, broken)], value)


@pytest.mark.parametrize("broken", [b"?", b"", None])
@pytest.mark.parametrize("name", [*(name for name in COMMAND_NEEDED if name not in ANY_TEXT), *COMMAND_OPTIONAL])
def test_a_commands_broken_header_is_named(name: str, broken: bytes | None) -> None:
    headers, value = _asked(COMMAND)
    with pytest.raises(Undecodable, match=f"^the header '{name}' does not hold what it should$"):
        _read_command([*headers, (name, broken)], value)


@pytest.mark.parametrize("name", ["ce_time", "ce_recordedat"])
def test_a_time_without_an_offset_is_no_time(name: str) -> None:
    headers, value = _sent(EVENT)
    with pytest.raises(Undecodable, match=name):
        _read_event([*headers, (name, b"2026-01-05T09:00:00")], value)


def test_a_header_that_is_no_text_is_named() -> None:
    headers, value = _sent(EVENT)
    with pytest.raises(Undecodable, match=r"^the header 'ce_actorid' is not UTF-8 text$"):
        _read_event([*headers, ("ce_actorid", b"\xff")], value)


def test_a_type_that_is_not_known_is_named() -> None:
    headers, value = _sent(EVENT)
    with pytest.raises(Undecodable, match=r"the type 'casefold\.ticket\.eaten\.v1' is not known"):
        _read_event([*headers, ("ce_type", b"casefold.ticket.eaten.v1")], value)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (None, "the value"),
        (b"", "the value"),
        (b"{", "the value"),
        (b"[]", "the value"),
        (b"{}", "message"),
        (b'{"message": {"body": {"alg": "none"}}}', r"message\.body\.none\.value"),
        (b'{"message": {"body": {"alg": "rot13", "value": "secret"}}}', r"message\.body"),
    ],
)
def test_a_value_that_does_not_fit_is_placed_and_never_repeated(value: bytes | None, place: str) -> None:
    headers, _ = _sent(EVENT)
    with pytest.raises(
        Undecodable, match=rf"^the value does not fit casefold\.ticket\.noted\.v1: {place}: "
    ) as it:
        _read_event(headers, value)
    assert "secret" not in str(it.value)


def test_no_headers_at_all_are_a_missing_header() -> None:
    with pytest.raises(Undecodable, match="is missing"):
        _read_event(None, b"{}")


def test_a_field_of_a_newer_writer_is_passed_over() -> None:
    decoded = TICKET_EVENTS.decode("casefold.ticket.resumed.v1", b'{"reason": null, "mood": "good"}')
    assert decoded == TicketResumed()


def test_a_header_of_a_newer_writer_is_passed_over() -> None:
    headers, value = _sent(EVENT)
    assert _read_event([*headers, ("ce_mood", b"good")], value) == EVENT
