"""The examples of docs/importing.md are imported as they stand there, and what the page says becomes of them."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from shared.runtime.settings import Settings
from tests.casefold import casefold
from tests.processing import eventually
from tests.suite import client, on_free_ports, running

PAGE = (Path(__file__).parent.parent.parent.parent / "docs" / "importing.md").read_text(encoding="utf-8")
COMMENTS = """
SELECT external, to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
    author_kind || ' ' || author_id, CASE WHEN internal THEN 'internal' ELSE 'public' END, body
FROM ticket_comments c JOIN tickets t ON t.id = c.ticket_id ORDER BY c.created_at, c.version
"""
TICKETS = """
SELECT external, status, priority, channel, assignee_id, team_id, requester_id, tags, description,
    to_char(first_response_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
FROM tickets ORDER BY external
"""

RESOLVED = (
    "resolved_at is 2025-07-21T09:12:00+00:00, the time of its last resolved row, since the source states none"
)
ZENDESK = [
    "Implied:",
    f"  {{folder}}/zendesk.jsonl:1 (ticket 35436): {RESOLVED}",
    "Left out:",
    "  {folder}/zendesk.jsonl:1 (ticket 35436): message 5 of comments has no text",
    "Written otherwise:",
    "  team 'Hardware support' is Hardware-support",
]
SKIPPED = "the source goes from new to closed at once; it was resolved in between"
FRESHDESK = ["Implied:", f"  {{folder}}/tickets.csv:2 (ticket 20): {SKIPPED}"]
IMPLIED = "0 refused; 1 steps or times were implied."
SAID = [
    [*ZENDESK, f"2 rows of 2 tickets with 3 messages: 2 accepted, {IMPLIED}"],
    [*FRESHDESK, f"1 rows of 1 tickets with 3 messages: 1 accepted, {IMPLIED}"],
]


def files(page: str) -> dict[str, str]:
    """Each block that follows a sentence which ends in a file's name."""
    return dict(re.findall(r"`([\w-]+\.\w+)`:\n\n```\w*\n(.*?)```", page, re.DOTALL))


def commands(page: str) -> list[Sequence[str]]:
    """Those of the examples."""
    lines = re.findall(r"^casefold (import .*--mapping (?:zendesk|freshdesk)\.yaml)$", page, re.MULTILINE)
    return [shlex.split(line) for line in lines]


def promised(page: str) -> list[tuple[str, ...]]:
    """The table of what becomes of them, in the order of the times."""
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    return sorted(rows, key=lambda row: row[1])


def asked(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(settings.database_url) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.timeout(300)
def test_the_examples_of_the_page(settings: Settings, tmp_path: Path) -> None:
    mine = on_free_ports(settings)
    for name, text in files(PAGE).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with running(mine):
        said = []
        for words in commands(PAGE):
            done = casefold(mine, *(str(tmp_path / word) if word in files(PAGE) else word for word in words))
            assert done.returncode == 0, done.stdout + done.stderr
            said.append(done.stdout.splitlines())
        assert said == [[line.format(folder=tmp_path) for line in lines] for lines in SAID]
        eventually(lambda: len(asked(mine, COMMENTS)) == 6 and len(asked(mine, TICKETS)) == 3)
        assert asked(mine, COMMENTS) == promised(PAGE)
        assert asked(mine, TICKETS) == [
            ("20", "closed", "P3", "web", "ben", None, "1001", [], "", "2025-08-24 13:00"),
            (
                "35436",
                "resolved",
                "P1",
                "email",
                "ada",
                "Hardware-support",
                "20978392",
                ["printer", "fire"],
                "The smoke is very colorful.",
                "2025-07-21 08:30",
            ),
            ("35437", "new", "P3", "web", None, None, "20978393", [], "Where is it?", None),
        ]
        with client(mine, "requester", "20978392") as rita:
            (ticket,) = rita.get("/tickets").json()["items"]
            shown = rita.get(f"/tickets/{ticket['id']}/comments").json()["items"]
            assert [one["body"] for one in shown] == ["Have you tried water?", "It helped, thank you!"]
