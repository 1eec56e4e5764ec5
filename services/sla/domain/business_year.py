"""A year of a calendar in UTC: when it is open by the wall clock of its zone, and how much that sums to."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from operator import attrgetter
from zoneinfo import ZoneInfo

import holidays

from shared.events.directory_hours import Weekday, WorkingSpan
from shared.events.directory_promises import Calendar

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_WEEKDAYS = tuple(Weekday)
_LANGUAGE = "en_US"
"""Of the holidays' names, where there is one; else it would be that of the environment."""

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class BusinessYear:
    """Stretches in order, without an overlap; `sums[i]` is the open time of the year until `ends[i]`."""

    begins: list[datetime]
    ends: list[datetime]
    sums: list[timedelta]
    total: timedelta


@dataclass(frozen=True, slots=True)
class Closed:
    """A day on which the hours of the week do not hold."""

    day: date
    name: str


class PublicHolidays:
    """Those of a country or one of its subdivisions; of years that the library does not know there are none."""

    def __init__(self, country: str, subdivision: str | None) -> None:
        self._known = holidays.country_holidays(country, subdiv=subdivision, language=_LANGUAGE)

    def name(self, day: date) -> str | None:
        if day.year in self._known.years:
            return self._known.get(day)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the library says that it knows no more of that year
            return self._known.get(day)


@dataclass(frozen=True, slots=True)
class OpenDays:
    """What a calendar says of each day of its zone. `spans` are wall-clock times by weekday."""

    zone: ZoneInfo
    spans: Mapping[int, tuple[WorkingSpan, ...]]
    days_off: Mapping[date, str]
    public: "PublicHolidays | None"

    def year(self, number: int) -> BusinessYear:
        begins, ends = datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC)
        stretches = list(_joined(self._stretches(begins, ends)))
        sums = list(accumulate(until - since for since, until in stretches))
        return BusinessYear(
            [since for since, _ in stretches],
            [until for _, until in stretches],
            sums,
            sums[-1] if sums else timedelta(),
        )

    def closed(self, begins: datetime, ends: datetime) -> Iterator[Closed]:
        """Of the days in between, those on which it would have been open."""
        day, last = begins.astimezone(self.zone).date(), ends.astimezone(self.zone).date()
        while day <= last:
            name = self._closed(day)
            if name is not None and day.weekday() in self.spans:
                yield Closed(day, name)
            day += _DAY

    def _closed(self, day: date) -> str | None:
        if day in self.days_off:
            return self.days_off[day]
        return None if self.public is None else self.public.name(day)

    def _stretches(self, begins: datetime, ends: datetime) -> Iterator[Stretch]:
        """While the offset stays, the wall clock runs with UTC.

        So a time that comes twice is open twice, and one that is left out never.
        """
        for since, until, offset in _offsets(self.zone, begins, ends):
            wall_since, wall_until = (moment.replace(tzinfo=None) + offset for moment in (since, until))
            midnight = datetime.combine(wall_since.date(), time())
            while midnight < wall_until:
                for begin, end in self._open(midnight):
                    clipped = max(begin, wall_since), min(end, wall_until)
                    if clipped[0] < clipped[1]:
                        yield (
                            (clipped[0] - offset).replace(tzinfo=UTC),
                            (clipped[1] - offset).replace(tzinfo=UTC),
                        )
                midnight += _DAY

    def _open(self, midnight: datetime) -> Iterator[Stretch]:
        """As wall-clock times; 00:00 as an end is the next midnight."""
        day = midnight.date()
        if self._closed(day) is not None:
            return
        for span in self.spans.get(day.weekday(), ()):
            end = midnight + _DAY if span.ends == time() else datetime.combine(day, span.ends)
            yield datetime.combine(day, span.begins), end


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Those that meet are one."""
    waiting: Stretch | None = None
    for since, until in stretches:
        if waiting is not None and since <= waiting[1]:
            waiting = waiting[0], max(until, waiting[1])
            continue
        if waiting is not None:
            yield waiting
        waiting = since, until
    if waiting is not None:
        yield waiting


def _offsets(zone: ZoneInfo, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """From when until when which offset from UTC holds.

    Found by a look a day: of the changes since 1970 in tzdata 2026.6, no two of one zone are less than six days
    apart.
    """
    since, offset = begins, _offset(zone, begins)
    day = begins
    while day < ends:
        following = min(day + _DAY, ends)
        changed = _offset(zone, following)
        if changed != offset:
            at = _changes(zone, day, following, offset)
            yield since, at, offset
            since, offset = at, changed
        day = following
    if since < ends:
        yield since, ends, offset


def _changes(zone: ZoneInfo, before: datetime, after: datetime, offset: timedelta) -> datetime:
    """The second at which the offset is no longer that of `before`."""
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def open_days(calendar: Calendar) -> OpenDays:
    """The directory refuses a zone, country or subdivision that is not known here."""
    by_day: dict[int, list[WorkingSpan]] = {}
    for span in sorted(calendar.hours.spans, key=attrgetter("begins")):
        by_day.setdefault(_WEEKDAYS.index(span.day), []).append(span)
    public = None if calendar.country is None else PublicHolidays(calendar.country, calendar.subdivision)
    return OpenDays(
        ZoneInfo(calendar.hours.timezone),
        {day: tuple(spans) for day, spans in by_day.items()},
        {off.day: off.name or "day off" for off in calendar.days_off},
        public,
    )
