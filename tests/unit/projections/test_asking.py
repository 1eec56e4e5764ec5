"""Parts of the query API that need no database: search terms, order, cursors, what a requester may see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projections.queries import cursor, sorting
from services.projections.queries.answers import Ticket
from services.projections.queries.opened import opened
from services.projections.queries.searching import Term, matching, terms
from services.projections.queries.visibility import HIDDEN_FIELDS, SHOWN_EVENTS, shown
from shared.events.personal import IdentityCodec
from shared.events.ticket_events import TICKET_EVENTS, MessageRedacted, SourceChanged, TicketNoted
from shared.events.ticket_promises import (
    AgentSilent,
    EscalationActionRequested,
    SlaAtRisk,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    TicketEscalated,
)
from shared.runtime.http.problems import Problem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("printer fire", (Term("printer"), Term("fire"))),
        ("Print* -fire", (Term("print", prefix=True), Term("fire", absent=True))),
        ("ada@example.com*", (Term("ada"), Term("example"), Term("com", prefix=True))),
        ('"on fire"', (Term("on"), Term("fire"))),
        ("fire FIRE", (Term("fire"),)),
        ("* - ' & |", ()),
    ],
)
def test_what_is_typed_becomes_terms(text: str, found: tuple[Term, ...]) -> None:
    assert terms(text) == found


@given(st.text())
def test_no_text_leaves_the_quotes(text: str) -> None:
    for term in terms(text):
        assert term.tsquery.removesuffix(":*").strip("'").isalnum()


def test_a_requesters_search_does_not_name_the_notes() -> None:
    condition, parameters = matching(terms("a -b*"), internal=False)
    assert "internal" not in condition.as_string(None)
    assert parameters == ["'a'", "'b':*"]


def test_an_order_ends_with_the_id() -> None:
    keys = sorting.parse("-priority,created_at,-priority")
    assert sorting.order(keys).as_string(None) == "priority DESC, created_at ASC, id ASC"


def test_an_unknown_key_is_refused_with_those_there_are() -> None:
    with pytest.raises(Problem) as refusal:
        sorting.parse("created_at,colour")
    assert refusal.value.status == 400
    assert "priority" in str(refusal.value.more["allowed"])


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_cursor_comes_back_as_it_went(values: list[str]) -> None:
    text = str(cursor.Cursor("q", tuple(values)))
    assert cursor.parse(text, "q", len(values)) == tuple(values)


@given(st.text(max_size=40), st.binary(max_size=40))
def test_what_is_no_cursor_is_refused(text: str, raw: bytes) -> None:
    for wrong in (text, raw.hex()):
        with pytest.raises(Problem):
            cursor.parse(wrong, "q", 1)


def test_every_event_that_a_requester_may_see_shows_fields_that_it_has() -> None:
    for name, fields in SHOWN_EVENTS.items():
        assert fields <= TICKET_EVENTS.json_schema(name).get("properties", {}).keys(), name


@pytest.mark.parametrize(
    "event",
    [
        TicketNoted,
        MessageRedacted,
        SlaTargeted,
        SlaAtRisk,
        SlaBreached,
        SlaBreachRevoked,
        TicketEscalated,
        EscalationActionRequested,
        AgentSilent,
        SourceChanged,
    ],
)
def test_notes_and_inner_workings_are_not_shown(event: type) -> None:
    assert TICKET_EVENTS.name_of_type(event) not in SHOWN_EVENTS


def test_an_unknown_event_shows_nothing() -> None:
    assert shown("casefold.ticket.invented.v1", {"secret": 1}) == {}


def test_hidden_fields_can_be_hidden() -> None:
    for name in HIDDEN_FIELDS:
        assert "null" in str(Ticket.model_json_schema()["properties"][name]), name


def test_personal_values_are_opened_wherever_they_stand() -> None:
    payload = {"message": {"body": {"value": "hello", "alg": "none"}, "format": "text"}, "tags": ["a"], "n": None}
    assert opened(payload, IdentityCodec(), "t") == {
        "message": {"body": "hello", "format": "text"},
        "tags": ["a"],
        "n": None,
    }
