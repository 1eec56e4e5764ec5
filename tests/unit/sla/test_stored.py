"""A ticket's clocks as bytes: small, exact, and refused where they are of another format."""

from datetime import timedelta

import pytest

from services.sla.domain.stored import FORMAT, decode, encode
from services.sla.domain.targets import targets
from shared.events.directory_promises import SlaPolicy, Target
from shared.events.ticket_commands import (
    AssignTicket,
    AwaitCustomer,
    ChangeTicket,
    EscalateTicket,
    ReplyToRequester,
)
from shared.events.ticket_values import Clock, Priority
from tests.clock_log import HOUR, Log, books
from tests.deciding import LEA, SAID, SLA, SLOT

EVERY_YEAR = 60 * 24 * 365 * 7_000
POLICY = SlaPolicy((Target(Priority.P3, 60, 30, EVERY_YEAR), Target(Priority.P2, 30, 10, 300)))


def busy() -> Log:
    log = Log(books({"policies/p": POLICY}), (30,)).open()
    log.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
    log.pass_time(timedelta(minutes=50, microseconds=1))
    log.say(ReplyToRequester(SAID))
    log.say(EscalateTicket("k", "r", 1, raise_priority=True, clock=Clock.RESOLUTION, instance=1), actor=SLA)
    log.say(AwaitCustomer(), after=HOUR)
    log.say(ChangeTicket(add_tags=("ärger",)), after=HOUR)
    log.say(EscalateTicket("l", "r", 1, target_tier=None, raise_priority=True), actor=SLA)
    return log


def test_what_is_kept_is_what_was_there_and_has_nothing_to_record_anew() -> None:
    log = busy()
    assert log.state is not None
    kept = decode(encode(log.state))
    assert kept == log.state
    assert decode(memoryview(encode(log.state))) == log.state
    assert targets(kept, log.books) is None


def test_due_times_far_away_are_exact() -> None:
    log = Log(books({"policies/p": POLICY})).open()
    assert log.state is not None
    far = log.clock(Clock.RESOLUTION).due_at
    assert far is not None
    assert far.year > 8000
    assert decode(encode(log.state)) == log.state


def test_a_running_ticket_takes_a_few_hundred_bytes() -> None:
    state = busy().state
    assert state is not None
    assert len(encode(state)) < 500


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match=f"format {FORMAT + 1}"):
        decode(f"[{FORMAT + 1}]".encode())
