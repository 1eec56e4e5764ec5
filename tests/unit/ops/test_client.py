"""What a terminal is shown, what is remembered for the next question, and how history is told."""

from pathlib import Path

import pytest

from services.ops.history_words import WORDS, in_words
from services.ops.read_tokens import ReadTokens
from services.ops.terminal import printable
from services.projections.queries.visibility import SHOWN_EVENTS
from shared.events.ticket_events import TICKET_EVENTS

HERE, THERE = "http://127.0.0.1:8080/v1/", "https://desk.example.org/v1/"


def test_the_token_of_the_ticket_asked_about_is_brought(tmp_path: Path) -> None:
    tokens = ReadTokens(tmp_path / "client" / "read-tokens.json")
    assert tokens.last(HERE) is None
    tokens.keep(HERE, "a1", "CF-13", "first")
    tokens.keep(HERE, "b2", "CF-26", "second")
    tokens.keep(THERE, "a1", "CF-13", "elsewhere")
    assert [tokens.last(HERE, "A1"), tokens.last(HERE, "cf-13"), tokens.last(HERE)] == ["first", "first", "second"]
    assert [tokens.last(THERE), tokens.last(THERE, "CF-26")] == ["elsewhere", None]
    tokens.keep(HERE, "a1", "CF-13", "third")
    assert tokens.last(HERE) == tokens.last(HERE, "a1") == "third"


def test_only_the_last_hundred_are_kept(tmp_path: Path) -> None:
    tokens = ReadTokens(tmp_path / "read-tokens.json")
    for number in range(101):
        tokens.keep(HERE, str(number), None, f"token {number}")
    assert [tokens.last(HERE, "0"), tokens.last(HERE, "1")] == [None, "token 1"]


@pytest.mark.parametrize("content", ["", "[{}]", "[1]", '{"a": 1}'])
def test_a_broken_file_remembers_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "read-tokens.json"
    path.write_text(content)
    tokens = ReadTokens(path)
    assert tokens.last(HERE) is None
    tokens.keep(HERE, "a1", None, "first")
    assert tokens.last(HERE) == "first"


def test_a_terminal_obeys_no_text() -> None:
    assert printable("a\tb\r\nc\rd\x1b[2J\x9b\u202e\x07é🔥") == "a\tb\nc\nd�[2J���é🔥"


@pytest.mark.parametrize(
    ("name", "payload", "words"),
    [
        ("assigned", {"assignee_id": "ben", "previous_assignee_id": "ada"}, "assigned to ben, until now ada's"),
        ("resolved", {"resolution": 2}, "resolved for the 2. time"),
        ("resumed", {"reason": "parts came"}, "work goes on: parts came"),
        ("tagged", {"added": ["a", "b"], "removed": ["c"]}, "tags +a +b -c"),
        ("fields_changed", {"values": {"floor": 3, "room": None}}, "fields floor = 3, room emptied"),
        (
            "sla_targeted",
            {
                "policy_id": "gold",
                "clocks": [
                    {"clock": "first_response", "stopped_at": "2026-01-05T09:00:00Z"},
                    {"clock": "next_reply", "due_at": "2026-01-05T13:00:00Z", "paused_at": None},
                    {"clock": "resolution", "paused_at": "2026-01-05T10:00:00Z"},
                ],
            },
            "clocks by policy gold: first response stopped, next reply runs, resolution paused",
        ),
        (
            "sla_targeted",
            {"policy_id": "", "clocks": [], "reason": "new contract"},
            "no policy holds (new contract)",
        ),
        ("sla_at_risk", {"clock": "next_reply"}, "next reply at risk"),
        ("sla_breached", {"clock": "first_response"}, "first response breached"),
        ("sla_breach_revoked", {"clock": "first_response"}, "first response was met in time after all"),
        ("agent_silent", {"minutes": 30}, "no answer for 30 minutes"),
        (
            "escalated",
            {"rule_id": "breach", "level": 2, "clock": "first_response", "target_tier": "senior"},
            "breach escalates to level 2, for first response, wanted: senior",
        ),
        ("escalated", {"rule_id": "angry", "level": 1}, "angry escalates to level 1"),
        (
            "escalation_action_requested",
            {"rule_id": "breach", "request": {"action": "notify", "recipients": ["ada", "lea"]}},
            "breach tells ada, lea",
        ),
        (
            "escalation_action_requested",
            {"rule_id": "breach", "request": {"action": "notify", "recipients": []}},
            "breach tells nobody: the directory names nobody",
        ),
        (
            "escalation_action_requested",
            {"rule_id": "angry", "request": {"action": "webhook", "recipients": ["lea"]}},
            "angry calls the webhook of lea",
        ),
        (
            "escalation_action_requested",
            {"rule_id": "page-p1", "request": {"action": "page", "recipients": []}},
            "page-p1 pages whoever is on call",
        ),
        ("teleported", {}, "teleported"),
    ],
)
def test_history_in_words(name: str, payload: dict[str, object], words: str) -> None:
    event = {"event_type": f"casefold.ticket.{name}.v1", "payload": payload}
    assert in_words({**event, "implied": False}) == words
    assert in_words({**event, "implied": True}) == f"{words} (implied)"


def test_every_event_has_words() -> None:
    names = {name.removeprefix("casefold.ticket.").rsplit(".", 1)[0] for name in TICKET_EVENTS.types}
    assert set(WORDS) == names


@pytest.mark.parametrize(("name", "visible"), list(SHOWN_EVENTS.items()))
def test_what_a_requester_sees_can_be_told(name: str, visible: frozenset[str]) -> None:
    payload = {field: {"floor": 3} if field == "values" else "some" for field in visible}
    assert in_words({"event_type": name, "payload": payload, "implied": False})
