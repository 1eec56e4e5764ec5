"""Working hours and absences: whether a moment lies in them, and until when that stays so."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.events.directory_hours import OutOfOffice, Weekday, WorkingHours

_DAYS = tuple(Weekday)
_DAY = timedelta(days=1)


def working(hours: WorkingHours, now: datetime) -> tuple[bool, datetime]:
    """Whether they work at `now`, and the next moment at which that may change.

    The wall clock counts: on a day when clocks change, hours shift with them.
    """
    zone = ZoneInfo(hours.timezone)
    local = now.astimezone(zone)
    clock = local.time()
    spans = [(span.begins, span.ends) for span in hours.spans if span.day is _DAYS[local.weekday()]]
    inside = any(begins <= clock and (clock < ends or ends == time.min) for begins, ends in spans)
    midnight = (local.date() + _DAY, time.min)
    walls = [*((local.date(), edge) for span in spans for edge in span), midnight]
    # when clocks go back, a time of the wall comes twice, and both may be an edge
    edges = [
        datetime.combine(day, edge, zone).replace(fold=fold).astimezone(UTC)
        for day, edge in walls
        for fold in (0, 1)
    ]
    steps = [_clocks_change(now, zone)]
    return inside, min(moment for moment in [*edges, *steps, now + _DAY] if moment is not None and moment > now)


def _clocks_change(now: datetime, zone: ZoneInfo) -> datetime | None:
    """To the second when clocks are put forward or back within a day; None: they are not."""
    before, after = now, now + _DAY
    offset = now.astimezone(zone).utcoffset()
    if after.astimezone(zone).utcoffset() == offset:
        return None
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def away(absence: OutOfOffice | None, now: datetime) -> tuple[bool, datetime | None]:
    """Whether they are out of office at `now`, and the next moment at which that changes."""
    if absence is None or (absence.ends is not None and now >= absence.ends):
        return False, None
    if now < absence.begins:
        return False, absence.begins
    return True, absence.ends
