"""`casefold escalation test` on real servers: the same rules, others, and nothing sent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from shared.events.personal import Plain
from shared.events.ticket_commands import ReplyAsRequester
from shared.events.ticket_promises import EscalationActionRequested
from shared.events.ticket_values import Message, Priority
from shared.runtime.settings import Settings
from tests.casefold import casefold
from tests.integration.escalation.conftest import (
    ESCALATION,
    PROCESSOR,
    break_promise,
    desk,  # noqa: F401 - the fixture
    told_of,
)
from tests.processing import OPEN, RITA, eventually, read_all, send, wish
from tests.suite import running

GENTLE = """
rules:
  breach:
    type: escalation_rule
    when: {trigger: breached, clocks: [first_response]}
    steps: [notify_manager]
  angry:
    type: escalation_rule
    when: {trigger: sentiment, below: -0.5}
    steps: [call_webhook]
"""
LOOP = """
rules:
  one: {type: escalation_rule, when: {trigger: escalated, by: [two]}, steps: [raise_priority]}
  two: {type: escalation_rule, when: {trigger: escalated, by: [one]}, steps: [raise_priority]}
"""


def requested(settings: Settings, ticket: UUID) -> bool:
    return any(isinstance(one, EscalationActionRequested) for one in told_of(settings, ticket))


def test_recorded_tickets_through_the_same_rules_and_others(desk: Settings, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    begun = datetime.now(UTC) - timedelta(minutes=1)
    tickets = [uuid4() for _ in range(5)]
    with running(desk, (PROCESSOR, ESCALATION)):
        send(desk, [wish(OPEN, ticket, RITA) for ticket in tickets])
        send(desk, [wish(ReplyAsRequester(Message(Plain("This is terrible!"))), tickets[0], RITA)])
        for ticket in tickets[1:]:
            break_promise(desk, ticket, Priority.P3)
        eventually(lambda: all(requested(desk, ticket) for ticket in tickets[1:]))
    before = [len(read_all(desk, topic)) for topic in ("ticket.commands", "ticket.events")]

    def tried(*arguments: str) -> list[str]:
        done = casefold(desk, "escalation", "test", *arguments, "--since", begun.isoformat())
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    assert tried() == ["5 tickets, 4 on record, 4 by these rules: no difference."]
    file = tmp_path / "rules.yaml"
    file.write_text(GENTLE)
    *differences, angry, last = tried(str(file))
    assert [line.split(" UTC, ")[1] for line in sorted(differences)] == [
        "breach: raised to P2, to a senior, notify on record, notify by these rules"
        if line.split(",")[0] != str(tickets[0])
        else "angry: nothing on record, webhook by these rules"
        for line in sorted(differences)
    ]
    assert (angry, last) == ("angry: +1", "5 tickets, 4 on record, 5 by these rules: 5 differences.")
    file.write_text(LOOP)
    refused = casefold(desk, "escalation", "test", str(file), "--since", begun.isoformat())
    assert refused.returncode == 1
    assert "rules." in refused.stderr
    later = casefold(desk, "escalation", "test", "--since", datetime.now(UTC).isoformat())
    assert later.stdout == "0 tickets, 0 on record, 0 by these rules: no difference.\n"
    assert [len(read_all(desk, topic)) for topic in ("ticket.commands", "ticket.events")] == before
