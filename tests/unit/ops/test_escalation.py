"""`casefold escalation test`: what is said of rules that were tried."""

from datetime import UTC, datetime

import pytest

from services.escalation.domain.replay import Difference, Fired
from services.escalation.domain.rule import Rule
from services.ops.__main__ import main
from services.ops.escalation.command import lines
from services.ops.escalation.trying import Tried
from shared.events.directory_promises import EscalationRule, EscalationStep, Trigger, When
from shared.events.ticket_values import OutwardAction, Priority, Tier

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
RAISED = Fired("t1", AT, "breach", "k", Tier.SENIOR, Priority.P2, (OutwardAction.NOTIFY,))
TOLD = Fired("t1", AT, "breach", "k", None, None, (OutwardAction.NOTIFY, OutwardAction.PAGE))
BARE = Fired("t2", AT, "deep", "k", None, None, ())


def test_no_difference_is_said() -> None:
    assert list(lines(Tried(3, 2, 2), ())) == ["3 tickets, 2 on record, 2 by these rules: no difference."]


def test_each_difference_then_what_they_come_to() -> None:
    found = Tried(4, 2, 2, [Difference(RAISED, TOLD), Difference(RAISED, None), Difference(None, BARE)])
    quiet = Rule("quiet", 1, EscalationRule(When(Trigger.SILENT, minutes=30), (EscalationStep.PAGE,)))
    told = "t1, 2026-01-05 09:00:00 UTC, breach: raised to P2, to a senior, notify on record"
    assert list(lines(found, [quiet])) == [
        f"{told}, notify, page by these rules",
        f"{told}, nothing by these rules",
        "t2, 2026-01-05 09:00:00 UTC, deep: nothing on record, escalated by these rules",
        "breach: -1",
        "deep: +1",
        "quiet: that nobody answered for 30 minutes is on record only where a rule in force asked for it.",
        "4 tickets, 2 on record, 2 by these rules: 3 differences.",
    ]


def test_a_time_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["escalation", "test", "--since", "yesterday"]) == 1
    assert "--since yesterday is no time" in capsys.readouterr().err
