"""Business time against a count of minutes: whatever the calendar, the zone, and what its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.open_hours import ALWAYS, LOOKAHEAD_YEARS, BusinessHours, Opening
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_promises import Calendar, DayOff
from tests import business_time as oracle
from tests.business_time import DAY, MINUTE, situations

HOUR = timedelta(hours=1)
WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
OFFICE = WorkingHours("Europe/Berlin", tuple(WorkingSpan(day, time(9), time(17)) for day in WORKDAYS))
NIGHTS = WorkingHours(
    "Europe/Berlin",
    tuple(
        span for day in Weekday for span in (WorkingSpan(day, time(22), time()), WorkingSpan(day, time(), time(6)))
    ),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@settings(max_examples=150, deadline=None)
@given(situations(), st.timedeltas(timedelta(), 4 * DAY))
def test_the_open_time_between_two_moments_is_what_counting_minutes_gives(
    situation: tuple[Calendar, datetime], length: timedelta
) -> None:
    calendar, begins = situation
    hours = BusinessHours(calendar)
    expected = oracle.spent(calendar, begins, begins + length)
    assert hours.spent(begins, begins + length) == expected
    openings = list(hours.openings(begins, begins + length))
    assert sum((one.ends - one.begins for one in openings), timedelta()) == expected
    assert all(before.ends < later.begins for before, later in pairwise(openings))


@settings(max_examples=150, deadline=None)
@given(situations(), st.timedeltas(timedelta(), 20 * HOUR))
def test_what_is_added_ends_where_counting_minutes_ends(
    situation: tuple[Calendar, datetime], amount: timedelta
) -> None:
    calendar, begins = situation
    found = BusinessHours(calendar).after(begins, amount)
    counted = oracle.after(calendar, begins, amount, 4 * DAY)
    if counted is not None:
        assert found == counted
    else:
        assert found is None or found > begins + 4 * DAY


@given(situations(), st.timedeltas(timedelta(), 400 * DAY))
def test_adding_what_was_spent_leads_back_and_never_beyond(
    situation: tuple[Calendar, datetime], length: timedelta
) -> None:
    calendar, begins = situation
    hours = BusinessHours(calendar)
    spent = hours.spent(begins, begins + length)
    back = hours.after(begins, spent)
    assert back is not None
    assert begins <= back <= begins + length
    assert hours.spent(begins, back) == spent
    assert hours.spent(back, begins + length) == timedelta()


@given(situations(), st.lists(st.timedeltas(timedelta(), 500 * DAY), min_size=2, max_size=4))
def test_open_time_adds_up_whatever_is_asked_first(
    situation: tuple[Calendar, datetime], lengths: list[timedelta]
) -> None:
    calendar, begins = situation
    hours = BusinessHours(calendar)
    moments = sorted(begins + length for length in lengths)
    whole = BusinessHours(calendar).spent(moments[0], moments[-1])
    parts = [hours.spent(since, until) for since, until in pairwise(moments)]
    assert sum(parts, timedelta()) == whole


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        ("2026-03-28T22:00+01:00", "2026-03-29T06:00+02:00", 7 * HOUR),
        ("2026-10-24T22:00+02:00", "2026-10-25T06:00+01:00", 9 * HOUR),
        ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", 1 * HOUR),
        ("2026-03-29T01:59:30+01:00", "2026-03-29T03:00:30+02:00", 1 * MINUTE),
    ],
)
def test_a_night_is_as_long_as_it_is(begins: str, ends: str, expected: timedelta) -> None:
    assert BusinessHours(Calendar(NIGHTS)).spent(at(begins), at(ends)) == expected


def test_spans_that_meet_at_midnight_are_one_opening() -> None:
    nights = BusinessHours(Calendar(NIGHTS))
    openings = list(nights.openings(at("2026-12-31T12:00+01:00"), at("2027-01-02T00:00+01:00")))
    assert openings == [
        Opening(at("2026-12-31T22:00+01:00"), at("2027-01-01T06:00+01:00")),
        Opening(at("2027-01-01T22:00+01:00"), at("2027-01-02T00:00+01:00")),
    ]


def test_a_time_that_is_left_out_is_never_open() -> None:
    lost = WorkingHours("Europe/Berlin", (WorkingSpan(Weekday.SUNDAY, time(2), time(3)),))
    hours = BusinessHours(Calendar(lost))
    assert hours.spent(at("2026-03-29T00:00+01:00"), at("2026-03-30T00:00+02:00")) == timedelta()
    assert hours.after(at("2026-03-28T00:00+01:00"), HOUR) == at("2026-04-05T03:00+02:00")


def test_public_holidays_and_days_off_are_closed_and_told() -> None:
    own = (DayOff(date(2026, 4, 7), "Company day"), DayOff(date(2026, 4, 11), "A Saturday"))
    hours = BusinessHours(Calendar(OFFICE, country="DE", subdivision="BY", days_off=own))
    thursday = at("2026-04-02T16:00+02:00")
    assert hours.after(thursday, 2 * HOUR) == at("2026-04-08T10:00+02:00")
    closed = hours.closed_days(thursday, at("2026-04-12T00:00+02:00"))
    assert [(one.day, one.name) for one in closed] == [
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "Easter Monday"),
        (date(2026, 4, 7), "Company day"),
    ]


def test_no_amount_and_the_wrong_order_are_nothing() -> None:
    hours = BusinessHours(Calendar(OFFICE))
    sunday = at("2026-01-04T12:00+01:00")
    assert hours.after(sunday, timedelta()) == sunday
    assert hours.spent(sunday + 3 * DAY, sunday) == timedelta()
    assert ALWAYS.spent(sunday + 3 * DAY, sunday) == timedelta()
    assert list(hours.openings(sunday + 3 * DAY, sunday)) == []


def test_a_calendar_that_opens_no_more_gives_no_end() -> None:
    begins = at("2026-01-01T00:00+00:00")
    ever = Calendar(
        WorkingHours("UTC", (WorkingSpan(Weekday.MONDAY, time(9), time(10)),)),
        days_off=tuple(DayOff(date(2026, 2, 2) + week * 7 * DAY) for week in range(53 * (LOOKAHEAD_YEARS + 1))),
    )
    hours = BusinessHours(ever)
    assert hours.after(begins, 4 * HOUR) == at("2026-01-26T10:00+00:00")
    assert hours.after(begins, 4 * HOUR + timedelta(microseconds=1)) is None
    assert BusinessHours(Calendar(WorkingHours("UTC", ()))).after(begins, HOUR) is None


def test_the_end_of_time_is_no_due_time() -> None:
    assert BusinessHours(Calendar(OFFICE)).after(datetime(9998, 12, 31, tzinfo=UTC), 80 * HOUR) is None


def test_calendar_time_is_all_time() -> None:
    moment = at("2026-01-04T12:00+01:00")
    assert ALWAYS.after(moment, 5 * DAY) == moment + 5 * DAY
    assert ALWAYS.spent(moment, moment + DAY) == DAY
    assert list(ALWAYS.openings(moment, moment + DAY)) == [Opening(moment, moment + DAY)]
    assert list(ALWAYS.closed_days(moment, moment + DAY)) == []
