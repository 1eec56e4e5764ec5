"""`casefold ticket` in a terminal, on real servers: a ticket's life by people who only type."""

import re

from shared.runtime.settings import Settings
from tests.casefold import casefold
from tests.processing import listed, send
from tests.suite import on_free_ports, running

RITA, ADA = ("--as", "requester:rita"), ("--as", "agent:ada")


def test_a_ticket_in_a_terminal(settings: Settings) -> None:
    mine = on_free_ports(settings)

    def ticket(*words: str) -> str:
        done = casefold(mine, "ticket", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def refusal(*words: str) -> str:
        done = casefold(mine, "ticket", *words)
        assert done.returncode == 1, done.stdout
        return done.stderr

    with running(mine):
        send(mine, listed("ada", "ben"))
        opened = re.fullmatch(
            r"Opened (CF-\d+) \([0-9a-f-]{36}\)\.",
            ticket("open", "Drucker \x1b[31mbrennt 🔥", "--description", "Seit Montag.\r\nHilfe!", *RITA),
        )
        assert opened is not None
        reference = opened[1]
        assert ticket("claim", reference, *ADA) == f"Claimed {reference}, now at version 2."
        assert refusal("claim", reference, "--as", "agent:ben") == (
            "error: Someone else has the ticket; ask a lead to reassign it.\n"
        )
        assert ticket("reply", reference, "Have you tried water?", *ADA) == (
            f"Answered {reference}, now at version 3."
        )
        assert ticket("note", reference, "The wrong printer.", *ADA) == f"Noted on {reference}, now at version 4."
        assert ticket("resolve", reference, *ADA) == f"Resolved {reference}, now at version 5."

        shown = ticket("show", reference, *ADA)
        assert "Drucker �[31mbrennt 🔥" in shown
        assert "\x1b" not in shown
        for line in ("Seit Montag.", "Hilfe!", "Have you tried water?", "The wrong printer."):
            assert line in shown
        history = [line.split("UTC", 1)[1].split() for line in shown.split("History")[1].splitlines()[2:]]
        assert history == [
            ["requester", "rita", "opened", "as", f"{reference},", "P3,", "by", "web"],
            ["agent", "ada", "claimed", "by", "ada"],
            ["agent", "ada", "first", "response"],
            ["agent", "ada", "internal", "note"],
            ["agent", "ada", "resolved"],
        ]
        assert "The wrong printer." not in ticket("show", reference, *RITA)

        rows = ticket("list", "--status", "resolved", "--assignee", "ada", "--q", "montag", *ADA).splitlines()
        assert len(rows) == 2
        assert rows[1].split()[:3] == [reference, "resolved", "P3"]
        assert len(ticket("list", "--status", "open", *ADA).splitlines()) == 1

        assert refusal("show", "CF-1", *ADA) == "error: There is no such ticket, or it is not yours to see.\n"
        assert refusal("open", "No one asks", *ADA) == (
            "error: body.requester: give the id or the email of the requester.\n"
        )
        assert refusal("show", "../../health", *ADA).startswith("error: '../../health' is neither a ticket's id")
        assert refusal("list", "--as", "agent") == (
            "error: --as agent does not say who: write it as ROLE:SUBJECT, for example agent:ada\n"
        )
    assert refusal("list", *ADA).startswith(f"error: http://127.0.0.1:{mine.port}/v1/ does not answer")
