"""The schemas that are checked in, and the page that lists the events: both are what the code says."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import schemas
from shared.events.catalogue import Catalogue
from shared.events.personal import Plain
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData, TicketNoted
from shared.events.ticket_values import Message
from tests.contract import strategies

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def test_the_schemas_that_are_checked_in_are_the_codes() -> None:
    assert schemas.stale() == []


def test_a_stale_schema_is_named_by_the_command_that_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert schemas.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("catalogue", "name"), [(catalogue, name) for catalogue in schemas.CATALOGUES for name in catalogue.types]
)
@given(data=st.data())
def test_every_event_fits_its_schema(catalogue: Catalogue[Any], name: str, data: st.DataObject) -> None:
    fact = data.draw(strategies.of(catalogue.types[name]))
    _validator(name).validate(json.loads(catalogue.encode(fact)))


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"message": "a body that is no personal value"},
        {"message": {"body": {"alg": "none"}, "format": "text"}},
        {"message": {"body": {"alg": "rot13", "value": "x"}, "format": "text"}},
        {"message": {"body": {"alg": "none", "value": "x"}, "format": "markdown"}},
    ],
)
def test_what_is_no_note_does_not_fit_its_schema(value: dict[str, object]) -> None:
    validator = _validator("casefold.ticket.noted.v1")
    assert validator.is_valid(_as_json(TicketNoted(Message(Plain("x")))))
    assert not validator.is_valid(value)


def test_a_schema_lets_a_newer_writers_field_pass() -> None:
    noted = {**_as_json(TicketNoted(Message(Plain("x")))), "mood": "good"}
    assert _validator("casefold.ticket.noted.v1").is_valid(noted)


def test_the_page_lists_every_event_and_its_fields() -> None:
    rows = dict(re.findall(r"^\| `(casefold\.\w+\.\w+\.v\d+)` \| (.*?) \|", PAGE.read_text(), re.MULTILINE))
    fields = {
        name: ", ".join(f"`{field}`" for field in data.__dataclass_fields__) or "-"
        for catalogue in schemas.CATALOGUES
        for name, data in catalogue.types.items()
    }
    assert rows == fields


def test_names_that_are_reserved_are_not_taken() -> None:
    (sentence,) = re.findall(r"^These names are reserved .*?: (.*)\.$", PAGE.read_text(), re.MULTILINE)
    reserved = set(re.findall(r"`(\w+)`", sentence))
    assert reserved == {
        "attachment_added",
        "articles_suggested",
        "article_opened",
        "merged_into",
        "absorbed",
    }
    assert not reserved & {name.split(".")[2] for name in TICKET_EVENTS.types}


def _validator(name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads((schemas.FOLDER / f"{name}.json").read_text()))


def _as_json(fact: TicketEventData) -> dict[str, object]:
    found: dict[str, object] = json.loads(TICKET_EVENTS.encode(fact))
    return found
