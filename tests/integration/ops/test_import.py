"""A real help desk's 500 incidents are imported on real servers, and every one of their changes is found again."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from shared.events.identity import import_command_id, imported_ticket_id
from shared.runtime.settings import Settings
from tests.casefold import casefold
from tests.processing import eventually, read_all
from tests.suite import on_free_ports, running

DATA = Path(__file__).parent.parent.parent / "data"
FILE = DATA / "servicenow-incidents.csv.gz"
MAPPING = DATA / "servicenow-mapping.yaml"

IMPLIED = "147 steps or times were implied."
PRIORITIES = {"1 - Critical": "P1", "2 - High": "P2", "3 - Moderate": "P3", "4 - Low": "P3"}
TICKETS = """
SELECT external, status, priority, category, assignee_id, team_id, requester_id, created_at, resolved_at,
    closed_at, reopenings, reassignments, origin, tags, channel, fields->>'subcategory' AS subcategory
FROM tickets
"""

Incident = Sequence[Mapping[str, str]]


def incidents() -> Mapping[str, Incident]:
    """Each number's rows, in the order of the file."""
    found: dict[str, list[Mapping[str, str]]] = {}
    with gzip.open(FILE, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["number"], []).append(row)
    return found


def known(value: str) -> str | None:
    return None if value == "?" else value


def name(value: str) -> str | None:
    return None if value == "?" else "-".join(value.split())


def time(value: str) -> datetime | None:
    return None if value == "?" else datetime.strptime(value, "%d-%m-%Y %H:%M").replace(tzinfo=UTC)


def expected(rows: Incident) -> Mapping[str, Any]:
    """What the file says of an incident, worked out from its rows and nothing else."""
    last = rows[-1]
    states = [row["incident_state"] for row in rows]
    resolved = [row["sys_updated_at"] for row in rows if row["incident_state"] == "Resolved"]
    counts = [int(row["reassignment_count"]) for row in rows]
    return {
        "external": last["number"],
        "status": {"Closed": "closed"}[last["incident_state"]],
        "priority": PRIORITIES[last["priority"]],
        "category": known(last["category"]),
        "assignee_id": name(last["assigned_to"]),
        "team_id": name(last["assignment_group"]),
        "requester_id": name(last["caller_id"]),
        "created_at": time(last["opened_at"]),
        "resolved_at": time(last["resolved_at"]) or time(resolved[-1]),
        "closed_at": time(last["closed_at"]),
        "reopenings": list(pairwise(states)).count(("Resolved", "Active")),
        "reassignments": counts[-1] - counts[0],
        "origin": "import",
        "tags": ["phone"],
        "channel": "web",
        "subcategory": known(last["subcategory"]),
    }


def renamed(told: Mapping[str, Incident]) -> list[Mapping[str, object]]:
    """Every person and team of the file: all are named with a space in it."""
    kinds = {"assigned_to": "person", "caller_id": "person", "assignment_group": "team"}
    found = {(kinds[column], row[column]) for rows in told.values() for row in rows for column in kinds}
    return [
        {"kind": kind, "source": said, "id": name(said), "others": []}
        for kind, said in sorted(found)
        if known(said) is not None
    ]


def tables(settings: Settings, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(settings.database_url, row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()


def log(settings: Settings) -> Counter[str]:
    """How many events each command has."""
    headers = (dict(record.headers() or []) for record in read_all(settings, "ticket.events"))
    commands = (one["ce_commandid"] for one in headers)
    return Counter(command.decode() if isinstance(command, bytes) else str(command) for command in commands)


@pytest.mark.timeout(300)
def test_every_change_is_found_again_and_a_second_run_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    mine = on_free_ports(settings)
    told = incidents()
    commands = {
        str(import_command_id(imported_ticket_id("servicenow", number), row))
        for number, rows in told.items()
        for row in range(len(rows))
    }
    with running(mine):
        words = ("import", str(FILE), "--mapping", str(MAPPING), "--report", str(tmp_path / "report.json"))
        first = casefold(mine, *words)
        assert (first.returncode, first.stdout.splitlines()[-1]) == (
            0,
            f"3411 rows of 500 tickets: 3411 accepted, 0 refused; {IMPLIED}",
        ), first.stderr
        report = json.loads((tmp_path / "report.json").read_text())
        assert report["renamed"] == renamed(told)
        events = log(mine)
        assert set(events) == commands
        assert len(commands) == 3411
        eventually(lambda: tables(mine, "SELECT count(*) FROM ticket_events")[0]["count"] == events.total(), 60)

        found = {row["external"]: row for row in tables(mine, TICKETS)}
        assert found == {number: expected(rows) for number, rows in told.items()}
        kept = tables(mine, "SELECT DISTINCT command_id FROM ticket_events")
        assert {str(row["command_id"]) for row in kept} == commands
        implied = tables(mine, "SELECT DISTINCT ticket_id, command_id FROM ticket_events WHERE implied")
        reported = {
            import_command_id(imported_ticket_id("servicenow", one["external"]), one["row"])
            for one in report["implied"]
            if "at once" in one["reason"]
        }
        assert {UUID(str(row["command_id"])) for row in implied} == reported
        assert Counter("at once" in one["reason"] for one in report["implied"])[False] == 16

        second = casefold(mine, *words)
        assert (second.returncode, second.stdout.splitlines()[-1]) == (
            0,
            f"3411 rows of 500 tickets: 3411 accepted (3411 had been before), 0 refused; {IMPLIED}",
        ), second.stderr
        assert log(mine) == events


def sample(folder: Path, count: int) -> Sequence[str]:
    """So many incidents with a message each between two of their rows; the words of the command for them."""
    told = dict(list(incidents().items())[:count])
    export, messages, mapping = folder / "some.csv", folder / "said.jsonl", folder / "some.yaml"
    with export.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(told["INC0000045"][0]))
        writer.writeheader()
        writer.writerows(row for rows in told.values() for row in rows)
    said = [
        {"of": number, "by": "ada", "text": "Water?", "at": rows[0]["sys_updated_at"]}
        for number, rows in told.items()
    ]
    messages.write_text("".join(json.dumps(one) + "\n" for one in said))
    mapping.write_text(f"{MAPPING.read_text()}\nmessages: {{ticket: of, author: by, body: text, at: at}}\n")
    return "import", str(export), "--messages", str(messages), "--mapping", str(mapping)


@pytest.mark.timeout(300)
def test_a_run_after_all_was_forgotten_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    # given a processor that forgets a command's id as soon as its ticket takes another
    mine = on_free_ports(settings).model_copy(update={"command_memory": timedelta(milliseconds=1)})
    words = [*sample(tmp_path, 40), "--report", str(tmp_path / "report.json")]
    with running(mine):
        first = casefold(mine, *words)
        assert first.returncode == 0, first.stdout + first.stderr
        events = log(mine)
        # when the same is imported again
        second = casefold(mine, *words)
        assert second.returncode == 0, second.stdout + second.stderr
        # then no row is known for a repeat, each is taken, and none adds an event
        report = json.loads((tmp_path / "report.json").read_text())
        assert (report["accepted"], report["repeated"], report["messages"]) == (len(events), 0, 40)
        assert log(mine) == events


def test_what_is_refused_is_said_and_the_rest_goes_in(settings: Settings, tmp_path: Path) -> None:
    mine = on_free_ports(settings)
    export = tmp_path / "desk.jsonl"
    lines = [
        {"nr": 1, "at": "2026-01-05T09:00:00", "state": "open", "about": "Grüße 🔥", "from": "rita@example.com"},
        {"nr": 2, "at": "yesterday", "state": "open", "about": "Late", "from": "rita@example.com"},
        {"nr": 3, "at": "2026-01-05T09:00:00", "state": "lost", "about": "Lost", "from": "rita@example.com"},
        {"nr": 4, "at": "2199-01-05T09:00:00", "state": "open", "about": "Early", "from": "rita@example.com"},
    ]
    export.write_text("\n".join([json.dumps(line) for line in lines] + ["[]"]))
    mapping = tmp_path / "desk.yaml"
    mapping.write_text(
        "{source: desk, rows: tickets, external: nr, subject: about, opened_at: at, requester: {email: from},\n"
        " status: {column: state, values: {open: open}}}\n"
    )
    with running(mine):
        done = casefold(mine, "import", str(export), "--mapping", str(mapping), "--timezone", "Europe/Berlin")
        assert (done.returncode, done.stdout.splitlines()) == (
            1,
            [
                "Refused:",
                f"  {export}:2, column at (ticket 2): 'yesterday' is not an ISO 8601 time",
                f"  {export}:3, column state (ticket 3): 'lost' is not among the mapping's values: open",
                f"  {export}:4 (ticket 4): 2199-01-05T08:00:00+00:00 has not come yet.",
                f"  {export}:5: not a JSON object",
                "5 rows of 4 tickets: 1 accepted, 4 refused; 0 steps or times were implied.",
            ],
        ), done.stderr
        query = "SELECT external, subject, created_at, status FROM tickets"
        row = {
            "external": "1",
            "subject": "Grüße 🔥",
            "created_at": datetime(2026, 1, 5, 8, tzinfo=UTC),
            "status": "open",
        }
        eventually(lambda: tables(mine, query) == [row])
