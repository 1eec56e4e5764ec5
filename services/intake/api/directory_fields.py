"""Fields that several kinds of records have: ids, times and hours, as people write and read them."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from services.intake.api.values import Body, Category, Moment
from services.intake.domain.directory_hours import MAX_SPANS
from services.intake.domain.directory_ids import ID, MAX_ID
from shared.events.directory_hours import Weekday


def _text(given: object) -> object:
    """The libraries read numbers as times too; a document that says text means text."""
    if not isinstance(given, str | datetime | timedelta):
        raise ValueError("it is a text")  # noqa: TRY004 - what a validator raises
    return given


_CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _clock_text(given: object) -> object:
    if not isinstance(given, time) and not (isinstance(given, str) and re.fullmatch(_CLOCK, given)):
        raise ValueError("it is hours and minutes, as 09:00")
    return given


_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _day_text(given: object) -> object:
    if not isinstance(given, date) and not (isinstance(given, str) and re.fullmatch(_DAY, given)):
        raise ValueError("it is a day, as 2026-12-24")
    return given


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"


RecordId = Annotated[str, Field(min_length=1, max_length=MAX_ID, pattern=ID, examples=["ada"])]
CategoryId = Category
Language = Annotated[str, Field(pattern="^[a-z]{2}$", description="ISO 639-1.", examples=["en"])]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_clock_text),
    PlainSerializer(_clock),
    WithJsonSchema({"type": "string", "pattern": _CLOCK, "examples": ["09:00"]}),
]
Day = Annotated[date, BeforeValidator(_day_text)]
At = Annotated[Moment, BeforeValidator(_text)]
Wait = Annotated[timedelta, BeforeValidator(_text), Field(examples=["PT5M"])]


class WorkingSpanBody(Body):
    day: Weekday
    begins: TimeOfDay
    ends: TimeOfDay = Field(description="00:00 is midnight, the end of the day.")


class WorkingHoursBody(Body):
    timezone: str = Field(description="A name of the IANA database.", examples=["Europe/Berlin"])
    spans: Annotated[tuple[WorkingSpanBody, ...], Field(min_length=1, max_length=MAX_SPANS)]
