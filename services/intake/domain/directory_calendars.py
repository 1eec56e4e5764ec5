"""What is wrong with a calendar by itself: its hours, its country, its days off."""

from datetime import date, timedelta
from itertools import chain

from services.intake.domain.directory_faults import MAX_NAME, Faults, several_faults
from services.intake.domain.directory_hours import hours_faults
from services.intake.domain.places import Places
from shared.events.directory_hours import Weekday
from shared.events.directory_promises import Calendar

MAX_DAYS_OFF = 1000
LONGEST_CLOSED = timedelta(days=366)
"""Between two days on which a calendar is open; no country's public holidays close for so long."""

_DAY = timedelta(days=1)
_WEEKDAYS = tuple(Weekday)


def calendar_faults(calendar: Calendar, places: Places) -> Faults:
    return chain(
        hours_faults(calendar.hours, places.zones, "hours"),
        _holidays(calendar, places),
        _days_off(calendar),
    )


def _holidays(calendar: Calendar, places: Places) -> Faults:
    if calendar.country is None:
        if calendar.subdivision is not None:
            yield "subdivision: it goes with a country"
        return
    known = places.subdivisions(calendar.country)
    if known is None:
        yield f"country: {calendar.country!r} is no country whose public holidays are known, as DE or US"
    elif calendar.subdivision is not None and calendar.subdivision not in known:
        there = f"it has {', '.join(sorted(known))}" if known else "it has none"
        yield f"subdivision: {calendar.country} has no {calendar.subdivision!r} with holidays of its own; {there}"


def _days_off(calendar: Calendar) -> Faults:
    yield from several_faults("days_off", [off.day for off in calendar.days_off], MAX_DAYS_OFF)
    for off in calendar.days_off:
        if len(off.name) > MAX_NAME or not off.name.isprintable():
            yield f"days_off: the name of {off.day} is at most {MAX_NAME} characters in one line"
    if _is_closed_for_long(calendar):
        yield f"days_off: they close it for {LONGEST_CLOSED.days} days or more, in which nothing would become due"


def _is_closed_for_long(calendar: Calendar) -> bool:
    """Whether days off take every day that would be open, for that long."""
    open_weekdays = {_WEEKDAYS.index(span.day) for span in calendar.hours.spans}
    begins: date | None = None
    next_open: date | None = None
    for day in sorted({off.day for off in calendar.days_off if off.day.weekday() in open_weekdays}):
        if begins is None or day != next_open:
            begins = day
        if day - begins >= LONGEST_CLOSED:
            return True
        next_open = _after(day, open_weekdays)
    return False


def _after(day: date, open_weekdays: set[int]) -> date | None:
    """The next day that would be open; None at the end of time."""
    while day < date.max:
        day += _DAY
        if day.weekday() in open_weekdays:
            return day
    return None
