"""An oracle for business time that shares nothing with the code: each minute is looked at on the wall clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from hypothesis import strategies as st

from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_promises import Calendar, DayOff

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

AROUND = (
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 12, 31, 18, 30, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2024, 2, 28, 18, 15, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Asia/Pyongyang", datetime(2018, 5, 4, 15, tzinfo=UTC)),
    ("Europe/Istanbul", datetime(2016, 9, 6, 21, tzinfo=UTC)),
    ("America/Caracas", datetime(2016, 5, 1, 7, tzinfo=UTC)),
    ("Pacific/Kiritimati", datetime(2025, 12, 31, 10, tzinfo=UTC)),
    ("UTC", datetime(2028, 2, 29, tzinfo=UTC)),
    ("UTC", datetime(2027, 1, 1, tzinfo=UTC)),
)
"""Zones, and moments at which something happens there: clocks change, for a season or for good; a day that is left
out; leap days; the turn of a year.
"""

COUNTRIES = (None, ("DE", "BY"), ("US", None), ("AU", "NSW"), ("IN", None))


def is_open(calendar: Calendar, moment: datetime) -> bool:
    wall = moment.astimezone(ZoneInfo(calendar.hours.timezone))
    day, clock = wall.date(), wall.time()
    if day in {off.day for off in calendar.days_off} or _public(calendar, day):
        return False
    return any(
        span.begins <= clock and (clock < span.ends or span.ends == time())
        for span in calendar.hours.spans
        if span.day is tuple(Weekday)[day.weekday()]
    )


def spent(calendar: Calendar, begins: datetime, ends: datetime) -> timedelta:
    return sum((until - since for since, until in _cells(begins, ends) if is_open(calendar, since)), timedelta())


def after(calendar: Calendar, moment: datetime, amount: timedelta, limit: timedelta) -> datetime | None:
    """None: not within the limit."""
    if amount <= timedelta():
        return moment
    for since, until in _cells(moment, moment + limit):
        if is_open(calendar, since):
            if until - since >= amount:
                return since + amount
            amount -= until - since
    return None


def _cells(begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The minutes in between, the first and the last as far as they belong to it."""
    since = begins
    while since < ends:
        until = min(since.replace(second=0, microsecond=0) + MINUTE, ends)
        yield since, until
        since = until


_KNOWN: dict[tuple[str, str | None, int], set[date]] = {}


def _public(calendar: Calendar, day: date) -> bool:
    if calendar.country is None:
        return False
    key = (calendar.country, calendar.subdivision, day.year)
    if key not in _KNOWN:
        _KNOWN[key] = set(holidays.country_holidays(key[0], subdiv=key[1], years=key[2]))
    return day in _KNOWN[key]


def _spans(day: Weekday, marks: list[int]) -> list[WorkingSpan]:
    """Every other stretch between the marks, which are minutes of the day; 1440 is midnight."""
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return [WorkingSpan(day, _clock(begin), _clock(end)) for begin, end in pairs]


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


@st.composite
def calendars(draw: st.DrawFn, zone: str, moment: datetime) -> Calendar:
    """Several spans a day, some ending at midnight, days without any; days off near the moment."""
    marks = st.lists(
        st.integers(0, 48).map(lambda half: half * 30) | st.integers(0, 1440), unique=True, max_size=6
    )
    spans = [span for day in Weekday for span in _spans(day, sorted(draw(marks)))]
    off = draw(st.lists(st.integers(-4, 4), unique=True, max_size=3))
    country = draw(st.sampled_from(COUNTRIES))
    return Calendar(
        WorkingHours(zone, tuple(spans)),
        country=country[0] if country else None,
        subdivision=country[1] if country else None,
        days_off=tuple(DayOff(moment.date() + days * DAY) for days in off),
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and a moment near to one at which something happens in its zone."""
    zone, around = draw(st.sampled_from(AROUND))
    calendar = draw(calendars(zone, around))
    return calendar, around + draw(st.timedeltas(-3 * DAY, 3 * DAY))
