"""Ids of the source are written without white space here, and where that changes one the report says so."""

import pytest
from rich.console import Console

from services.ops.importing.names import Kind, Names, Renamed
from services.ops.importing.report import ImportReport
from tests.importing import AS_IT_IS, FORM, mapping_of, names_of, spoken


def test_every_id_of_a_row_and_its_messages_is_told() -> None:
    known = mapping_of(FORM, base={**AS_IT_IS, "assignee": "agent", "team": "group", "people": {"Lea M": "lea"}})
    row = {
        "agent": "Resolver  170",
        "group": "First line",
        "asker": {"id": "Caller 3", "email": None},
        "said": [spoken("Hi", "Lea M", 1), spoken("Hi", "Ada B", 2), spoken("Hi", "ben", 3)],
    }
    assert names_of(known, row) == [
        Renamed(Kind.PERSON, "Ada B", "Ada-B"),
        Renamed(Kind.PERSON, "Caller 3", "Caller-3"),
        Renamed(Kind.PERSON, "Resolver 170", "Resolver-170"),
        Renamed(Kind.TEAM, "First line", "First-line"),
    ]


def test_two_names_that_are_one_id_here_are_told() -> None:
    names = Names()
    ids = [
        names.id_of(kind, said) for kind, said in ((Kind.PERSON, "A B"), (Kind.PERSON, "A-B"), (Kind.TEAM, "A-B"))
    ]
    assert ids == ["A-B", "A-B", "A-B"]
    assert names.renamed() == [Renamed(Kind.PERSON, "A B", "A-B", ("A-B",))]


def test_spellings_that_differ_in_white_space_alone_are_one_name() -> None:
    names = Names()
    assert {names.id_of(Kind.PERSON, said) for said in ("A B", " A  B", "A\tB ")} == {"A-B"}
    assert names.renamed() == [Renamed(Kind.PERSON, "A B", "A-B")]


def test_people_keeps_two_apart() -> None:
    names = Names({"A B": "a.b"})
    assert [names.id_of(Kind.PERSON, said) for said in ("A B", "A-B")] == ["a.b", "A-B"]
    assert names.renamed() == []


def test_the_report_shows_some_and_says_how_many_more(capsys: pytest.CaptureFixture[str]) -> None:
    report = ImportReport("desk.csv", "desk", dry_run=True)
    report.renamed = [Renamed(Kind.PERSON, f"A {number}", f"A-{number}") for number in range(1, 8)]
    report.renamed[0] = Renamed(Kind.PERSON, "A 1", "A-1", ("A-1",))
    report.show(Console(width=200))
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "Written otherwise:",
        "  person 'A 1' is A-1, which is the same as 'A-1'",
        *(f"  person 'A {number}' is A-{number}" for number in range(2, 6)),
        "  and 2 more; --report FILE writes all of them",
    ]
