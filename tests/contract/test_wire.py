"""The contract on the wire: every type there and back, CloudEvents' rules, faults named, schemas current."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import schemas
from shared.events.catalogue import Undecodable
from shared.events.envelope import Actor, ActorKind, Command, Event, Expected, Origin
from shared.events.personal import Plain, Sealed
from shared.events.ticket_commands import TICKET_COMMANDS, TicketCommandData
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.wire import command_headers, decode_command, decode_event, event_headers, read_headers

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ID = UUID("0189d3f4-0000-7000-8000-000000000001")

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
st.register_type_strategy(Plain, st.builds(Plain, TEXT))
st.register_type_strategy(Sealed, st.builds(Sealed, st.uuids(), st.just("bm9uY2U"), st.just("dGV4dA")))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, TEXT)


def _event(data: TicketEventData) -> Event[TicketEventData]:
    return Event(ID, str(ID), 3, 2, AT, AT, Actor(ActorKind.AGENT, "ädä"), ID, ID, data, origin=Origin.LIVE)


@pytest.mark.parametrize("name", list(TICKET_EVENTS.types))
@given(data=st.data())
def test_every_event_comes_back_as_it_went(name: str, data: st.DataObject) -> None:
    event = _event(data.draw(st.from_type(TICKET_EVENTS.types[name])))
    value = TICKET_EVENTS.encode(event.data)
    assert decode_event(TICKET_EVENTS, event_headers(event, name, b"/tests"), value) == event
    jsonschema_rs.validator_for(TICKET_EVENTS.json_schema(name)).validate(_json(value))


@pytest.mark.parametrize("name", list(TICKET_COMMANDS.types))
@given(data=st.data(), expected=st.builds(Expected, *[st.none() | st.integers(0, 9)] * 3))
def test_every_command_comes_back_as_it_went(name: str, data: st.DataObject, expected: Expected) -> None:
    drawn: TicketCommandData = data.draw(st.from_type(TICKET_COMMANDS.types[name]))
    command = Command(ID, str(ID), Actor(ActorKind.LEAD, "lea"), AT, ID, drawn, expected=expected, reply_to=4)
    headers = read_headers(command_headers(command, name, b"/tests"))
    assert decode_command(TICKET_COMMANDS, headers, TICKET_COMMANDS.encode(drawn), AT) == command


def test_the_headers_are_cloudevents_binary_mode() -> None:
    found = _headers()
    assert found["ce_specversion"] == "1.0"
    assert found["content-type"] == "application/json"
    for name in found.keys() - {"content-type", "traceparent"}:
        assert re.fullmatch(r"ce_[a-z0-9]{1,20}", name), name


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_time", "ce_version", "ce_actorkind"])
def test_a_missing_or_broken_header_is_named(name: str) -> None:
    value = TICKET_EVENTS.encode(_noted())
    without = [(key, text.encode()) for key, text in _headers().items() if key != name]
    with pytest.raises(Undecodable, match=name):
        decode_event(TICKET_EVENTS, without, value)
    with pytest.raises(Undecodable):
        decode_event(TICKET_EVENTS, [*without, (name, b"?")], value)


def test_a_field_of_a_newer_writer_is_passed_over() -> None:
    from shared.events.ticket_events import TicketResumed

    assert (
        TICKET_EVENTS.decode("casefold.ticket.resumed.v1", b'{"reason": null, "mood": "good"}') == TicketResumed()
    )


def test_the_schemas_that_are_checked_in_are_the_codes() -> None:
    assert schemas.stale() == []


def test_the_page_lists_every_event_and_its_fields() -> None:
    page = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
    rows = dict(re.findall(r"^\| `(casefold\.ticket\.\w+\.v\d+)` \| (.*?) \|", page, re.MULTILINE))
    fields = {
        name: ", ".join(f"`{field}`" for field in data.__dataclass_fields__) or "-"
        for name, data in TICKET_EVENTS.types.items()
    }
    assert rows == fields


def _noted() -> TicketEventData:
    from shared.events.ticket_events import TicketNoted
    from shared.events.ticket_values import Message

    return TicketNoted(Message(Plain("x")))


def _headers() -> dict[str, str]:
    event = replace(_event(_noted()), trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", cause_id=ID)
    return read_headers(event_headers(event, TICKET_EVENTS.name_of(event.data), b"/tests"))


def _json(value: bytes) -> Any:  # noqa: ANN401 - any JSON
    import json

    return json.loads(value)
