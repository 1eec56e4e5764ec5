"""The arithmetic of a clock, step by step and in sentences."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.sla.domain.explain import explain
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_promises import Calendar, DayOff, SlaPolicy, Target
from shared.events.ticket_commands import (
    AssignTicket,
    AwaitCustomer,
    ChangeTicket,
    EscalateTicket,
    ReplyAsRequester,
    ReplyToRequester,
)
from shared.events.ticket_values import Clock, ClockTarget, Priority, Status
from shared.words.clock_account import ClockAccount, ClosedOn, OpenFor, Paused, Raised, Ran
from shared.words.sla import lasting, told
from tests.clock_log import AT, DAY, HOUR, MINUTE, Log, books
from tests.deciding import LEA, OPEN, RITA, SAID, SLA, SLOT

PAGE = Path(__file__).parents[3] / "docs" / "sla.md"
FIRST, NEXT, SOLVE = Clock.FIRST_RESPONSE, Clock.NEXT_REPLY, Clock.RESOLUTION
BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
OFFICE = Calendar(
    WorkingHours("Europe/Berlin", tuple(WorkingSpan(day, time(9), time(17)) for day in WORKDAYS)),
    country="DE",
    subdivision="BY",
    days_off=(DayOff(date(2026, 4, 7), "Stocktaking"),),
)
POLICY = SlaPolicy(
    (Target(Priority.P2, 240, 240, 600, business_hours_only=True), Target(Priority.P3, 1440, 1440, 7200)),
    calendar_id="office",
)


def easter() -> Log:
    """The page's example: Thursday before Easter, 15:00 in Berlin."""
    log = Log(books({"calendars/office": OFFICE, "policies/support": POLICY}))
    log.now = datetime(2026, 4, 2, 15, tzinfo=BERLIN).astimezone(AT.tzinfo)
    log.open(replace(OPEN, priority=Priority.P2))
    log.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
    log.say(ReplyToRequester(SAID), after=HOUR / 2)
    log.say(AwaitCustomer(), after=HOUR / 2)
    log.say(ReplyAsRequester(SAID), after=HOUR / 2, actor=RITA)
    return log


def accounts(log: Log) -> dict[Clock, ClockAccount]:
    assert log.state is not None
    return {account.target.clock: account for account in explain(log.state, log.books)}


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 4, day, hour, minute, tzinfo=BERLIN)


def test_each_step_is_told_and_they_sum_to_the_due_time() -> None:
    log = easter()
    assert accounts(log)[SOLVE] == ClockAccount(
        target=log.clock(SOLVE),
        goal=10 * HOUR,
        at_risk_percent=80,
        policy_id="support",
        policy_version=1,
        steps=(
            Ran(berlin(2, 15), berlin(2, 16), HOUR, HOUR, (OpenFor(berlin(2, 15), berlin(2, 16)),)),
            Paused(berlin(2, 16), berlin(2, 16, 30), Status.PENDING_CUSTOMER),
            Ran(
                berlin(2, 16, 30),
                berlin(9, 9, 30),
                9 * HOUR,
                10 * HOUR,
                (
                    OpenFor(berlin(2, 16, 30), berlin(2, 17)),
                    OpenFor(berlin(8, 9), berlin(8, 17)),
                    OpenFor(berlin(9, 9), berlin(9, 9, 30)),
                ),
                (
                    ClosedOn(date(2026, 4, 3), "Good Friday"),
                    ClosedOn(date(2026, 4, 6), "Easter Monday"),
                    ClosedOn(date(2026, 4, 7), "Stocktaking"),
                ),
            ),
        ),
        calendar_id="office",
        calendar_version=1,
        zone="Europe/Berlin",
    )
    assert log.clock(SOLVE).due_at == berlin(9, 9, 30)


def test_the_page_shows_what_is_printed() -> None:
    lines = [line for account in accounts(easter()).values() for line in told(account)]
    block = PAGE.read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    assert block.splitlines() == lines


def test_a_stopped_clock_is_told_until_it_stopped() -> None:
    account = accounts(easter())[FIRST]
    spent = HOUR / 2
    assert account.steps == (
        Ran(berlin(2, 15), berlin(2, 15, 30), spent, spent, (OpenFor(berlin(2, 15), berlin(2, 15, 30)),)),
    )


def test_calendar_time_has_no_openings() -> None:
    log = Log(books({"policies/support": POLICY})).open()
    account = accounts(log)[FIRST]
    assert account.steps == (Ran(AT, AT + DAY, DAY, DAY),)
    assert told(account) == [
        "First response: 24 h of calendar time, by policy support version 1.",
        "  Started Mon 2026-01-05 09:00 UTC.",
        "  Ran from Mon 2026-01-05 09:00 UTC until Tue 2026-01-06 09:00 UTC: 24 h, 24 h so far.",
        "  At risk Tue 2026-01-06 04:12 UTC, when 80 % of 24 h are over.",
        "  Due Tue 2026-01-06 09:00 UTC.",
    ]


def test_a_raise_is_a_step() -> None:
    log = Log(
        books({"policies/p": SlaPolicy((Target(Priority.P3, 120, 90, 600), Target(Priority.P2, 60, 60, 60)))})
    )
    log.open()
    log.pass_time(HOUR)
    log.say(EscalateTicket("k", "r", 1, raise_priority=True, clock=FIRST, instance=1), actor=SLA)
    own = Raised(AT + HOUR, Priority.P3, Priority.P2, by_this_clock=True, goal=2 * HOUR)
    assert accounts(log)[FIRST].steps[-1] == own
    assert accounts(log)[SOLVE].steps[-1] == replace(own, by_this_clock=False)
    assert told(accounts(log)[SOLVE])[3] == (
        "  Escalated from P3 to P2 Mon 2026-01-05 10:00 UTC: "
        "it has 2 h from its start, the new priority's time from then on."
    )
    assert told(accounts(log)[FIRST])[3].endswith("this clock caused it and stays as it was.")


def test_a_breach_that_kept_its_due_time_says_so() -> None:
    log = Log(books({"policies/support": POLICY})).open()
    log.pass_time(25 * HOUR)
    log.say(ChangeTicket(priority=Priority.P2))
    account = accounts(log)[FIRST]
    assert (account.kept, account.breached, account.at_risk, account.goal) == (True, True, True, DAY)
    assert told(account)[-2:] == [
        "  Due Tue 2026-01-06 09:00 UTC, which is on record.",
        "  It keeps that due time, whatever has changed since.",
    ]


PAUSED = ClockAccount(
    ClockTarget(SOLVE, 2, AT, None, None, AT + HOUR, 2 * HOUR, 3 * HOUR),
    3 * HOUR,
    80,
    "standard",
    0,
    (Ran(AT, AT + HOUR, HOUR, HOUR), Paused(AT + HOUR, None, Status.PENDING_INTERNAL)),
    recorded=False,
)


def test_a_paused_clock_has_what_is_left() -> None:
    assert told(PAUSED) == [
        "Resolution, for the 2nd time: 3 h of calendar time, by policy standard (built in).",
        "  Started Mon 2026-01-05 09:00 UTC.",
        "  Ran from Mon 2026-01-05 09:00 UTC until Mon 2026-01-05 10:00 UTC: 1 h, 1 h so far.",
        "  Paused from Mon 2026-01-05 10:00 UTC: pending_internal.",
        "  Not due while it is paused; 2 h are left.",
        "  This is not on record yet.",
    ]


def test_a_clock_that_can_never_be_due_says_so() -> None:
    never = replace(PAUSED, target=ClockTarget(SOLVE, 11, AT, None, goal=HOUR, stopped_at=AT + MINUTE), steps=())
    assert told(never)[0].startswith("Resolution, for the 11th time")
    assert told(never)[2:4] == [
        "  Never due: the calendar does not open for so long any more.",
        "  Stopped Mon 2026-01-05 09:01 UTC.",
    ]


def test_of_many_openings_the_first_and_the_last_are_told() -> None:
    openings = tuple(OpenFor(AT + day * DAY, AT + day * DAY + HOUR) for day in range(20))
    long = Ran(AT, AT + 20 * DAY, 20 * HOUR, 20 * HOUR, openings)
    lines = told(replace(PAUSED, steps=(long,)))
    shown = [line for line in lines if line.startswith("    ")]
    assert (len(shown), shown[6]) == (13, "    and 8 more such stretches")
    assert shown[7].startswith("    open from Mon 2026-01-19 09:00 UTC")


@pytest.mark.parametrize(
    ("stopped", "ending"), [(AT + HOUR, "10:00 UTC, in time."), (AT + HOUR + MINUTE, "10:01 UTC, too late.")]
)
def test_whether_it_was_in_time(stopped: datetime, ending: str) -> None:
    target = ClockTarget(SOLVE, 1, AT, AT + HOUR, stopped_at=stopped)
    assert told(replace(PAUSED, target=target, recorded=True))[-1].endswith(ending)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (timedelta(), "0 s"),
        (timedelta(days=2), "48 h"),
        (timedelta(hours=1, minutes=1, seconds=1, microseconds=500_000), "1 h 1 min 1.5 s"),
        (timedelta(microseconds=1), "0.000001 s"),
    ],
)
def test_how_long_something_lasts(period: timedelta, words: str) -> None:
    assert lasting(period) == words
