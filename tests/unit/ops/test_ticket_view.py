"""What `casefold ticket show` says of a ticket's promises."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from services.ops.ticket_view import moment, show_ticket

DUE = "2026-01-05T13:00:00+00:00"
TICKET: dict[str, Any] = {
    "id": "0189d3f4-0000-7000-8000-000000000001",
    "reference": "CF-5724",
    "subject": "Printer on fire",
    "description": "It burns.",
    "requester_id": "rita",
    "created_at": "2026-01-05T09:00:00+00:00",
    "first_response_due_at": None,
    "next_reply_due_at": None,
    "resolution_due_at": DUE,
    "breached": {"first_response": True, "next_reply": False, "resolution": True},
    "escalation_level": 2,
}


def header(ticket: dict[str, Any]) -> dict[str, str]:
    out = StringIO()
    show_ticket(Console(file=out, width=80), ticket, [], [])
    told = [line.strip("│ ").split("  ", 1) for line in out.getvalue().splitlines() if line.startswith("│")]
    return {name: value.strip() for name, value in told}


def test_what_is_due_and_what_is_broken_is_said() -> None:
    assert header(TICKET) == {
        "requester": "rita",
        "created at": moment(TICKET["created_at"]),
        "resolution due at": moment(DUE),
        "breached": "first response, resolution",
        "escalation level": "2",
        "id": TICKET["id"],
    }


@pytest.mark.parametrize(
    "hidden",
    [
        {"breached": None, "escalation_level": None},
        {"breached": dict.fromkeys(("first_response", "next_reply", "resolution"), False), "escalation_level": 0},
    ],
)
def test_where_nothing_is_broken_nothing_is_said_of_it(hidden: dict[str, Any]) -> None:
    assert header({**TICKET, "resolution_due_at": None, **hidden}).keys() == {"requester", "created at", "id"}
