"""What is wrong with hours of the week, or with the time that an agent is out of office."""

from collections.abc import Collection, Iterator
from datetime import time, timedelta
from itertools import pairwise

from shared.events.directory_hours import OutOfOffice, Weekday, WorkingHours, WorkingSpan

MAX_SPANS = 50

_MIDNIGHT = time()
_DAY = timedelta(days=1)


def hours_faults(hours: WorkingHours, zones: Collection[str], place: str) -> Iterator[str]:
    """`zones` are the names of the IANA time zones, `place` is where the record has the hours."""
    if hours.timezone not in zones:
        yield f"{place}.timezone: {hours.timezone!r} is no time zone, as Europe/Berlin or UTC"
    if not 1 <= len(hours.spans) <= MAX_SPANS:
        yield f"{place}.spans: there are 1 to {MAX_SPANS} of them, not {len(hours.spans)}"
    for span in hours.spans:
        if not all(_whole_minutes(moment) for moment in (span.begins, span.ends)):
            yield f"{place}.spans: {_said(span)} is not in whole minutes of the zone's own clock"
        if _begins(span) >= _ends(span):
            yield f"{place}.spans: {_said(span)} ends before it begins; one past midnight is two spans"
    for day in Weekday:
        for before, after in pairwise(sorted((s for s in hours.spans if s.day is day), key=_begins)):
            if _ends(before) > _begins(after):
                yield f"{place}.spans: {_said(before)} and {_said(after)} overlap"


def absence_faults(absence: OutOfOffice) -> Iterator[str]:
    """A time without an offset is nobody's, and cannot be compared."""
    if absence.begins.tzinfo is None or (absence.ends is not None and absence.ends.tzinfo is None):
        yield "out_of_office: its times need an offset from UTC"
    elif absence.ends is not None and absence.begins >= absence.ends:
        yield "out_of_office: it ends before it begins"


def _whole_minutes(moment: time) -> bool:
    return moment == moment.replace(second=0, microsecond=0, tzinfo=None, fold=0)


def _begins(span: WorkingSpan) -> timedelta:
    return timedelta(hours=span.begins.hour, minutes=span.begins.minute)


def _ends(span: WorkingSpan) -> timedelta:
    """00:00 as an end is the end of the day."""
    if span.ends == _MIDNIGHT:
        return _DAY
    return timedelta(hours=span.ends.hour, minutes=span.ends.minute)


def _said(span: WorkingSpan) -> str:
    return f"{span.day} {span.begins:%H:%M} to {span.ends:%H:%M}"
