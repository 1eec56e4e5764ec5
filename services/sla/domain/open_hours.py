"""Time as a promise counts it: all of it, or a calendar's open hours, exact across DST, holidays and midnights."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.sla.domain.business_year import BusinessYear, Closed, open_days
from shared.events.directory_promises import Calendar

LOOKAHEAD_YEARS = 20
"""A calendar that has not opened for long enough by the end of the year so much later gives no due time."""

_LAST_YEAR = 9998
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Opening:
    """Open from `begins` until `ends`, without a pause."""

    begins: datetime
    ends: datetime


class OpenHours(Protocol):
    """Moments are aware and in UTC."""

    def spent(self, begins: datetime, ends: datetime) -> timedelta:
        """The open time between the two; nothing where they are in the wrong order."""

    def after(self, moment: datetime, amount: timedelta) -> datetime | None:
        """The first instant at which so much open time has passed since then.

        None: that does not come within `LOOKAHEAD_YEARS`.
        """

    def openings(self, begins: datetime, ends: datetime) -> Iterator[Opening]:
        """The open stretches between the two, clipped to them."""

    def closed_days(self, begins: datetime, ends: datetime) -> Iterator[Closed]:
        """The holidays and days off in between that would have been open by the hours of the week."""


class Always:
    """Calendar time: never closed."""

    def spent(self, begins: datetime, ends: datetime) -> timedelta:
        return max(ends - begins, _NOTHING)

    def after(self, moment: datetime, amount: timedelta) -> datetime | None:
        return moment + max(amount, _NOTHING)

    def openings(self, begins: datetime, ends: datetime) -> Iterator[Opening]:
        if begins < ends:
            yield Opening(begins, ends)

    def closed_days(self, begins: datetime, ends: datetime) -> Iterator[Closed]:
        del begins, ends
        yield from ()


ALWAYS = Always()


class BusinessHours:
    """A calendar's open hours, worked out a year of UTC at a time when first asked for, and kept."""

    def __init__(self, calendar: Calendar) -> None:
        self._open_days = open_days(calendar)
        self._years: dict[int, BusinessYear] = {}

    def spent(self, begins: datetime, ends: datetime) -> timedelta:
        if ends <= begins:
            return _NOTHING
        first, last = begins.year, ends.year
        total = _until(self._year(last), ends) - _until(self._year(first), begins)
        for year in range(first, last):
            total += self._year(year).total
        return total

    def after(self, moment: datetime, amount: timedelta) -> datetime | None:
        if amount <= _NOTHING:
            return moment
        number = moment.year
        year = self._year(number)
        wanted = _until(year, moment) + amount
        last = min(number + LOOKAHEAD_YEARS, _LAST_YEAR)
        while wanted > year.total:
            if number >= last:
                return None
            wanted -= year.total
            number += 1
            year = self._year(number)
        place = bisect_left(year.sums, wanted)
        return year.ends[place] - (year.sums[place] - wanted)

    def openings(self, begins: datetime, ends: datetime) -> Iterator[Opening]:
        """One that runs on over the turn of a year of UTC is one."""
        waiting: Opening | None = None
        for number in range(begins.year, ends.year + 1):
            year = self._year(number)
            for place in range(max(bisect_right(year.begins, begins) - 1, 0), len(year.begins)):
                found = Opening(max(year.begins[place], begins), min(year.ends[place], ends))
                if found.begins >= found.ends:
                    continue
                if waiting is not None and waiting.ends == found.begins:
                    found = Opening(waiting.begins, found.ends)
                elif waiting is not None:
                    yield waiting
                waiting = found
        if waiting is not None:
            yield waiting

    def closed_days(self, begins: datetime, ends: datetime) -> Iterator[Closed]:
        return self._open_days.closed(begins, ends)

    def _year(self, number: int) -> BusinessYear:
        known = self._years.get(number)
        if known is None:
            known = self._years[number] = self._open_days.year(number)
        return known


def _until(year: BusinessYear, moment: datetime) -> timedelta:
    """The open time of the year until the moment, which lies in it."""
    place = bisect_right(year.begins, moment) - 1
    if place < 0:
        return _NOTHING
    over = year.ends[place] - moment
    return year.sums[place] - over if over > _NOTHING else year.sums[place]
