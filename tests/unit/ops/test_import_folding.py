"""What a dry run foretells: the decider's own refusals, and the steps that it puts in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.intake.api.bulk_bodies import ImportItem
from services.ops.importing.command import run
from services.ops.importing.folding import command_of, fold
from services.ops.importing.report import ImportReport, Noted, Refused
from services.ops.importing.told import BadRow, TicketRow, Told
from shared.events.identity import import_command_id, imported_ticket_id

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def row(number: int, status: str, at: datetime = AT, *assumed: str) -> TicketRow:
    item = ImportItem.model_validate(
        {
            "op": "import",
            "source": "desk",
            "external": "7",
            "row": number,
            "occurred_at": at,
            "subject": "Printer",
            "requester": {"id": "rita"},
            "status": status,
            "opened_at": AT,
        }
    )
    return TicketRow(number + 2, item, assumed)


def test_ids_are_those_that_the_bulk_route_derives() -> None:
    ticket = imported_ticket_id("desk", "7")
    command = command_of(row(3, "open"), NOW)
    assert (command.subject, command.id) == (str(ticket), import_command_id(ticket, 3))


def test_skipped_states_are_implied_and_said() -> None:
    folded = list(fold([row(0, "new"), row(1, "closed")], NOW))
    assert [one.implied for one in folded] == [
        (),
        ("the source goes from new to closed at once; it was open, then resolved in between",),
    ]
    assert [event.implied for event in folded[1].events] == [True, True, False]


def test_what_was_assumed_is_said_where_the_row_resolves() -> None:
    rows = [row(0, "open"), row(1, "resolved", AT, "assumed"), row(2, "resolved", AT, "assumed")]
    assert [one.implied for one in fold(rows, NOW)] == [(), ("assumed",), ()]


def test_a_refused_row_changes_nothing_and_the_rest_goes_on() -> None:
    later = datetime(2026, 3, 1, tzinfo=UTC)
    folded = list(fold([row(0, "open"), row(1, "closed", later), row(2, "pending_customer")], NOW))
    assert [one.refusal.code if one.refusal else None for one in folded] == [None, "in_the_future", None]
    assert folded[2].events[-1].version == folded[0].events[-1].version + 1


def test_a_dry_run_reports_what_a_run_would(tmp_path: Path) -> None:
    report = ImportReport("desk.csv", "desk", dry_run=True)
    advanced: list[None] = []
    told: list[Told] = [
        [row(0, "open"), BadRow(3, "7", 1, "state", "not known"), row(2, "closed"), row(3, "open")],
        [BadRow(9, None, None, None, "not CSV")],
    ]
    run(told, None, report, lambda: advanced.append(None))
    report.order()
    assert report == ImportReport(
        "desk.csv",
        "desk",
        dry_run=True,
        tickets=1,
        rows=5,
        accepted=2,
        refused=[
            Refused(3, "7", 1, "state", "malformed", "not known"),
            Refused(5, "7", 3, None, "ticket_closed", "The source has a closed ticket become open."),
            Refused(9, None, None, None, "malformed", "not CSV"),
        ],
        implied=[Noted(4, "7", 2, "the source goes from open to closed at once; it was resolved in between")],
    )
    assert len(advanced) == 5
    report.write(tmp_path / "report.json")
    assert '"column": "state"' in (tmp_path / "report.json").read_text()


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_report_says_whether_it_happened(dry_run: bool, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001 - a parameter of the test
    from rich.console import Console

    report = ImportReport("desk.csv", "desk", dry_run, tickets=1, rows=2, accepted=2)
    report.show(Console(width=200))
    would = "would be " if dry_run else ""
    assert capsys.readouterr().out == (
        f"2 rows of 1 tickets: 2 {would}accepted, 0 {would}refused; 0 steps or times were implied.\n"
    )
