"""From what an export says of messages to what is sent: authors, kinds, times, lists, and what is wrong."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from services.ops.importing.mapping import BadMapping, load_mapping
from services.ops.importing.told import TicketRow
from shared.events.identity import requester_id
from tests.importing import AS_IT_IS, AT, FORM, HISTORY, HOUR, bad, items, mapping_of, sent, spoken, told


def test_the_requester_is_told_apart_from_agents_by_id_or_address() -> None:
    said = [
        spoken("By id", "rita", 1),
        spoken("By address", " rita@example.com", 2),
        spoken("By somebody else", "ada b", 3),
        spoken("Not for her", "ada b", 4, hidden=True),
    ]
    (item,) = items(mapping_of(FORM), {"said": said})
    assert item.messages == (
        sent("By id", "requester", "rita", 1),
        sent("By address", "requester", "rita", 2),
        sent("By somebody else", "agent", "ada-b", 3),
        sent("Not for her", "agent", "ada-b", 4, internal=True),
    )


def test_a_requester_known_by_address_alone_has_the_id_derived_from_it() -> None:
    known = mapping_of({**FORM, "kind": "kind"}, base={**AS_IT_IS, "requester": {"email": "asker.email"}})
    said = [
        spoken("Mine", "RITA@example.com", 1, kind="requester"),
        spoken("In copy", "Rudi@example.com", 2, kind="requester"),
        spoken("Agents have addresses", "ada@example.com", 3, kind="agent"),
    ]
    (item,) = items(known, {"said": said})
    assert item.messages == (
        sent("Mine", "requester", requester_id("rita@example.com"), 1),
        sent("In copy", "requester", requester_id("rudi@example.com"), 2),
        sent("Agents have addresses", "agent", "ada@example.com", 3),
    )


def test_people_have_our_ids_where_the_mapping_knows_them() -> None:
    known = mapping_of(FORM, base={**AS_IT_IS, "assignee": "agent", "people": {"235": "ada", "1": "rita"}})
    (item,) = items(known, {"agent": 235, "asker": {"id": 1, "email": None}, "said": [spoken("Hi", "235", 1)]})
    assert (item.assignee_id, item.requester.id, item.messages) == (
        "ada",
        "rita",
        (sent("Hi", "agent", "ada", 1),),
    )


def test_messages_are_told_in_the_order_of_their_times_and_the_last_dates_the_ticket() -> None:
    (item,) = items(mapping_of(FORM), {"said": [spoken("Later", "ada", 5), spoken("Sooner", "rita", 1)]})
    assert [message.body for message in item.messages] == ["Sooner", "Later"]
    assert item.occurred_at == AT + 5 * HOUR


def test_the_first_may_be_the_description_once_more() -> None:
    said = [spoken("It burns.", "rita", 0), spoken("Water?", "ada", 1)]
    (item,) = items(mapping_of({**FORM, "first": "description"}), {"said": said})
    assert (item.description, [message.body for message in item.messages]) == ("It burns.", ["Water?"])


def test_a_message_without_text_is_left_out_and_said() -> None:
    ((row,),) = told(mapping_of(FORM), {"said": [spoken("  ", "ada", 1), spoken("Text", "ada", 2)]})
    assert isinstance(row, TicketRow)
    assert ([message.body for message in row.item.messages], row.left_out) == (
        ["Text"],
        ("message 1 of said has no text",),
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("hello", "one value, where a list of messages is expected"),
        (["hello"], "message 1 is not an object"),
        (
            [spoken("A", "ada", 1), spoken("B", "ada", 2, at="noon")],
            "message 2, column at: 'noon' is not an ISO 860",
        ),
        ([spoken("A", "", 1)], "message 1, column by: a message needs its author"),
        ([{**spoken("A", "ada", 1), "at": None}], "message 1, column at: a message needs its time"),
        (
            [{**spoken("A", "ada", 1), "hidden": "yes"}],
            "message 1, column hidden: 'yes' is neither true nor false",
        ),
        ([{"text": "A"}], "message 1, column at: the row has no such column"),
        ([spoken("A", "x" * 256, 1)], "message 1, column by: String should have at most 255 characters"),
    ],
)
def test_a_message_that_does_not_hold_refuses_its_row(said: object, reason: str) -> None:
    (row,) = bad(mapping_of(FORM), {"said": said})
    assert (row.line, row.external, row.row, row.column) == (1, "7", 0, "said")
    assert row.reason.startswith(reason)


def test_what_no_one_says_is_never_public() -> None:
    known = mapping_of({**FORM, "internal": "hidden"})
    (row,) = bad(known, {"said": [{**spoken("A", "ada", 1), "hidden": None}]})
    assert (
        row.reason == "message 1, column hidden: a message says its `internal`, or the mapping's `otherwise` does"
    )


def test_a_history_tells_each_message_once_whether_rows_repeat_it_or_not() -> None:
    first, second, third = spoken("A", "ada", 1), spoken("B", "rita", 2), spoken("C", "ada", 3)
    known = mapping_of({**FORM, "first": "description"}, base=HISTORY)
    opening = spoken("It burns.", "rita", 0)
    repeated: Sequence[Sequence[Sequence[object]]] = (
        ([opening], [opening, first], [opening, first, second, second, third]),
        ([opening], [first], [second, second, third]),
    )
    for rows in repeated:
        found = items(known, *({"said": said} for said in rows))
        assert [[message.body for message in item.messages] for item in found] == [[], ["A"], ["B", "B", "C"]]
        assert [item.row for item in found] == [0, 1, 2]


def test_a_row_may_hold_a_reply_and_a_note_in_its_own_columns() -> None:
    reply = {"author": "by", "body": "comments"}
    note = {"author": "by", "body": "work_notes", "internal": {"value": "true"}}
    rows: list[dict[str, object]] = [
        {"by": "ada", "comments": None, "work_notes": None},
        {"by": "ada", "comments": "Water?", "work_notes": "No idea.", "written": (AT + HOUR).isoformat()},
    ]
    opened, answered = items(mapping_of(reply, note, base=HISTORY), *rows)
    assert opened.messages == ()
    assert answered.messages == (
        sent("Water?", "agent", "ada", 1),
        sent("No idea.", "agent", "ada", 1, internal=True),
    )


FORMS: Sequence[tuple[str, str]] = [
    ("{author: a, body: b}", "messages: give at, or occurred_at"),
    ("{author: a, body: b, column: c}", "messages.0: give at, the time of each message"),
    ("{author: a, body: b, at: t, column: c, ticket: t}", "give column for a list, or ticket for a file"),
    ("{author: a, body: b, at: t, first: description}", "first is of a list or a file"),
    ("{author: a, body: b, at: t, column: c, first: description}", "only where description says which column"),
    ("{body: b, at: t, column: c}", "messages.0.author: Field required"),
]


@pytest.mark.parametrize(("form", "reason"), FORMS)
def test_a_form_that_does_not_hold(tmp_path: Path, form: str, reason: str) -> None:
    path = tmp_path / "mapping.yaml"
    needed = "rows: tickets, external: nr, subject: s, requester: {id: r}, status: state, opened_at: at"
    path.write_text(f"{{{needed}, messages: {form}}}\n")
    with pytest.raises(BadMapping) as refused:
        load_mapping(path)
    assert reason in str(refused.value)


def test_words_of_the_source_need_no_quotes(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "{rows: tickets, external: nr, subject: s, requester: {id: r}, opened_at: at, description: ,\n"
        " status: {column: state, values: {2: open, No: new, true: closed, 2026-01-05: resolved}}}\n"
    )
    known = load_mapping(path)
    assert (known.description, known.status.values) == (
        None,
        {"2": "open", "No": "new", "true": "closed", "2026-01-05": "resolved"},
    )
