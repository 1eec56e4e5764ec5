"""From the rows of an export to what is sent: values, times, ids, and what is wrong with a row."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.api.bulk_bodies import ImportItem
from services.ops.importing.histories import Tickets
from services.ops.importing.mapping import BadMapping, TicketMapping, load_mapping
from services.ops.importing.rows import BadFile, Row, read_rows
from services.ops.importing.told import BadRow, TicketRow, Told
from services.ops.importing.values import Reading
from shared.events.ticket_values import Channel, FieldValue, Priority, Status

AT = datetime(2016, 2, 29, 1, 16, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

SAID: dict[str, object] = {
    "rows": "history",
    "unknown": ["?"],
    "times": "%d-%m-%Y %H:%M",
    "external": "number",
    "occurred_at": "written",
    "opened_at": "opened",
    "resolved_at": "resolved",
    "subject": {"template": "Incident {number}"},
    "requester": {"id": "caller", "name": "caller"},
    "assignee": "agent",
    "reassignments": "moves",
    "status": {"column": "state", "values": {"New": "new", "Active": "open", "Resolved": "resolved"}},
    "priority": {"column": "urgency", "values": {"1 - High": "P1"}, "otherwise": "P3"},
    "channel": {"value": "web"},
    "tags": [{"column": "by", "values": {"Phone": "phone"}}],
    "fields": {"where": "location"},
}
ROW: dict[str, object] = {
    "number": "INC7",
    "written": "29-02-2016 01:23",
    "opened": "29-02-2016 01:16",
    "resolved": "?",
    "caller": "Caller  2403",
    "agent": "?",
    "moves": "0",
    "state": "New",
    "urgency": "1 - High",
    "by": "Phone",
    "location": "Location 143",
}


def mapping(**more: object) -> TicketMapping:
    return TicketMapping.model_validate({**SAID, **more})


def told(*rows: Mapping[str, object], zone: str = "UTC", **more: object) -> list[Told]:
    known = mapping(**more)
    reading = Reading(frozenset(known.unknown), known.times, ZoneInfo(zone))
    return list(Tickets(known, reading, "desk").of(Row(line, {**ROW, **row}) for line, row in enumerate(rows, 2)))


def items(*rows: Mapping[str, object], zone: str = "UTC", **more: object) -> list[ImportItem]:
    (ticket,) = told(*rows, zone=zone, **more)
    return [row.item for row in ticket if isinstance(row, TicketRow)]


def bad(*rows: Mapping[str, object], **more: object) -> list[BadRow]:
    return [row for ticket in told(*rows, zone="UTC", **more) for row in ticket if isinstance(row, BadRow)]


def test_a_row_becomes_an_item() -> None:
    expected = ImportItem.model_validate(
        {
            "op": "import",
            "source": "desk",
            "external": "INC7",
            "row": 0,
            "occurred_at": AT + 7 * MINUTE,
            "subject": "Incident INC7",
            "requester": {"id": "Caller-2403", "name": "Caller  2403"},
            "status": Status.NEW,
            "channel": Channel.WEB,
            "priority": Priority.P1,
            "opened_at": AT,
            "tags": ("phone",),
            "fields": {"where": "Location 143"},
        }
    )
    assert items({}) == [expected]


def test_what_is_unknown_stays_null() -> None:
    (item,) = items({"agent": " ? ", "location": "", "by": "?", "urgency": "?"})
    assert (item.assignee_id, item.fields, item.tags, item.priority) == (None, {}, (), Priority.P3)


def test_times_without_an_offset_are_of_the_zone() -> None:
    (item,) = items({}, zone="America/Sao_Paulo")
    assert (item.opened_at, item.occurred_at) == (AT + timedelta(hours=3), AT + timedelta(hours=3, minutes=7))
    (item,) = items({"opened": "2016-02-29T01:16:00+01:00", "written": "2016-02-29T01:16Z"}, times="iso")
    assert (item.opened_at, item.occurred_at) == (AT - timedelta(hours=1), AT)


def test_rows_of_one_ticket_are_gathered_and_numbered() -> None:
    first, second = told({}, {"number": "INC8"}, {"state": "Active", "moves": "2"}, {"moves": "2"}, {"moves": "3"})
    kept = [row.item for row in (*first, *second) if isinstance(row, TicketRow)]
    assert [(item.external, item.row, item.reassignments) for item in kept] == [
        ("INC7", 0, 0),
        ("INC7", 1, 2),
        ("INC7", 2, 0),
        ("INC7", 3, 1),
        ("INC8", 0, 0),
    ]


def test_a_refused_row_keeps_its_number_and_its_moves() -> None:
    (ticket,) = told({}, {"state": "Lost", "moves": "1"}, {"moves": "2"})
    assert [(row.row if isinstance(row, BadRow) else row.item.row) for row in ticket] == [0, 1, 2]
    assert [row.item.reassignments for row in ticket if isinstance(row, TicketRow)] == [0, 2]


def test_resolved_at_is_the_files_else_the_last_resolved_rows() -> None:
    rows: Sequence[dict[str, object]] = (
        {},
        {"state": "Resolved", "written": "29-02-2016 02:16"},
        {"state": "Active", "written": "29-02-2016 03:16"},
        {"state": "Resolved", "written": "29-02-2016 04:16"},
    )
    assert {item.resolved_at for item in items(*rows)} == {AT + timedelta(hours=3)}
    stated = [{**row, "resolved": "29-02-2016 04:00"} for row in rows]
    assert {item.resolved_at for item in items(*stated)} == {AT + timedelta(hours=2, minutes=44)}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ({"state": "Lost"}, "state", "'Lost' is not among the mapping's values: New, Active, Resolved"),
        ({"state": "?"}, "state", "a ticket needs its status"),
        ({"opened": "2016-02-29"}, "opened", "'2016-02-29' is not a time of the form %d-%m-%Y %H:%M"),
        ({"written": "?"}, "written", "a row needs its time"),
        ({"moves": "many"}, "moves", "'many' is not a number"),
        ({"caller": "?"}, "caller", "a ticket needs its requester"),
        ({"location": "x" * 10_001}, "location", "String should have at most 10000 characters"),
        ({"location": "\udcff"}, "location", "not UTF-8 text"),
        ({"agent": ["a"]}, "agent", "a list or an object, where one value is expected"),
    ],
)
def test_a_bad_row_names_its_column(row: Mapping[str, object], column: str, reason: str) -> None:
    assert bad({}, row) == [BadRow(3, "INC7", 1, column, reason)]


def test_a_row_of_no_ticket_and_a_ticket_twice() -> None:
    assert bad({"number": "?"}) == [BadRow(2, None, None, "number", "the row does not say which ticket it is of")]
    assert bad({}, {}, rows="tickets") == [
        BadRow(3, "INC7", 0, "number", "the ticket was on line 2 already; a history needs `rows: history`")
    ]


def test_a_ticket_as_it_is_was_written_when_the_last_thing_happened() -> None:
    (item,) = items({"resolved": "01-03-2016 00:00"}, rows="tickets", occurred_at=None)
    assert item.occurred_at == datetime(2016, 3, 1, tzinfo=UTC)


TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001 - put into a zone below
    lambda time: time.replace(second=0, microsecond=0, tzinfo=UTC)
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"])


@given(time=TIMES, zone=ZONES)
def test_a_time_survives_every_zone(time: datetime, zone: str) -> None:
    local = time.astimezone(ZoneInfo(zone))
    (item,) = items({"opened": local.isoformat(), "written": local.isoformat()}, times="iso", zone="UTC")
    assert (item.opened_at, item.occurred_at) == (time, time)
    (item,) = items({"opened": local.strftime("%d-%m-%Y %H:%M")}, zone=zone)
    assert item.opened_at == time or local.fold  # the second of two equal hours reads as the first


@given(
    subject=st.text(st.characters(codec="utf-8"), min_size=1, max_size=255),
    fields=st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1),
)
def test_text_and_numbers_survive_json_lines(
    subject: str,
    fields: FieldValue,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("export") / "one.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="\n") as lines:
        lines.write(json.dumps({**ROW, "about": subject, "location": fields}, ensure_ascii=False) + "\n")
    (row,) = read_rows(path)
    if not subject.strip() or subject.strip() == "?":
        assert bad(row.values, subject="about")[0].reason == "a ticket needs its subject"
        return
    (item,) = items(row.values, subject="about")
    assert (item.subject, item.fields) == (subject, {"where": fields})
    assert ImportItem.model_validate_json(item.model_dump_json(exclude_defaults=True)) == item


def test_csv_is_read_by_line_with_what_stands_in_quotes(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes('\ufeffa;b\n1;"two\r\nlines; ""quoted"""\nonly one\n\n3;\u00e9\n'.encode() + b"4;\xff\n")
    assert list(read_rows(path, ";")) == [
        Row(2, {"a": "1", "b": 'two\r\nlines; "quoted"'}),
        Row(4, {}, "1 values, where the header names 2 columns"),
        Row(6, {"a": "3", "b": "é"}),
        Row(7, {"a": "4", "b": "\udcff"}),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.xlsx", b"", "is none of .csv, .jsonl"),
        ("x.csv", b"", "has no header that names its columns"),
        ("x.csv", b"a,a\n", "names a column twice"),
        ("x.csv.gz", b"no gzip", "cannot be read: Not a gzipped file"),
    ],
)
def test_a_file_that_is_no_export(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadFile, match=reason):
        list(read_rows(path))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "is not YAML"),
        ("rows: sometimes", "rows: Input should be 'tickets' or 'history'"),
        ("{rows: tickets, external: {column: a, value: b}}", "external: give one of column, template and value"),
        ("{rows: tickets, colour: red}", "colour: Extra inputs are not permitted"),
    ],
)
def test_a_mapping_that_does_not_hold_is_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(BadMapping) as refused:
        load_mapping(path)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_history_needs_the_time_of_each_row() -> None:
    with pytest.raises(ValueError, match="a history needs occurred_at"):
        mapping(occurred_at=None)
