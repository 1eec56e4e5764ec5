"""Hours of the week and times away, of people and of calendars."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class WorkingSpan:
    """From `begins` until before `ends`, wall-clock time of the zone; 00:00 as an end is midnight."""

    day: Weekday
    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """`timezone` is a name of the IANA database."""

    timezone: str
    spans: tuple[WorkingSpan, ...]


@dataclass(frozen=True, slots=True)
class OutOfOffice:
    """From `begins` until before `ends`; None: until it is taken back."""

    begins: datetime
    ends: datetime | None = None
