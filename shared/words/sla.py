"""The arithmetic of a ticket's clocks in sentences."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from shared.events.ticket_values import ClockTarget
from shared.words.clock_account import ClockAccount, Paused, Raised, Ran, Step

MOST_OPENINGS = 12
"""Of a longer stretch, only so many openings are told: the first and the last."""


def told(account: ClockAccount) -> list[str]:
    """What was promised first, then what was spent of it, then what the clock comes to."""
    return [_promised(account), *_steps(account), *_outcome(account)]


def _promised(account: ClockAccount) -> str:
    target = account.target
    again = f", for the {_ordinal(target.instance)} time" if target.instance > 1 else ""
    by = f"policy {account.policy_id} {_version(account.policy_version)}"
    if account.zone is None:
        return f"{_name(target)}{again}: {lasting(account.goal)} of calendar time, by {by}."
    calendar = f"calendar {account.calendar_id} {_version(account.calendar_version or 0)}, {account.zone}"
    return f"{_name(target)}{again}: {lasting(account.goal)} of business time, by {by} and {calendar}."


def _version(number: int) -> str:
    return f"version {number}" if number else "(built in)"


def _name(target: ClockTarget) -> str:
    return target.clock.replace("_", " ").capitalize()


def _ordinal(number: int) -> str:
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _steps(account: ClockAccount) -> Iterator[str]:
    yield f"  Started {_moment(account, account.target.started_at)}."
    for step in account.steps:
        yield from _step(account, step)


def _step(account: ClockAccount, step: Step) -> Iterator[str]:
    match step:
        case Ran():
            yield from _ran(account, step)
        case Paused(begins, ends, status):
            until = "" if ends is None else f" until {_moment(account, ends)}"
            yield f"  Paused from {_moment(account, begins)}{until}: {status}."
        case Raised(at, previous, priority, by_this_clock, goal):
            yield f"  Escalated from {previous} to {priority} {_moment(account, at)}: " + (
                "this clock caused it and stays as it was."
                if by_this_clock
                else f"it has {lasting(goal)} from its start, the new priority's time from then on."
            )
        case unknown:
            assert_never(unknown)


def _ran(account: ClockAccount, ran: Ran) -> Iterator[str]:
    between = f"{_moment(account, ran.begins)} until {_moment(account, ran.ends)}"
    yield f"  Ran from {between}: {lasting(ran.spent)}, {lasting(ran.total)} so far."
    left_out = len(ran.open_for) - MOST_OPENINGS
    shown = ran.open_for
    if left_out > 0:
        shown = (*shown[: MOST_OPENINGS // 2], *shown[-MOST_OPENINGS // 2 :])
    for place, one in enumerate(shown):
        if left_out > 0 and place == MOST_OPENINGS // 2:
            yield f"    and {left_out} more such stretches"
        ends = _moment(account, one.ends)
        yield f"    open from {_moment(account, one.begins)} until {ends}: {lasting(one.ends - one.begins)}"
    for day in ran.closed_on:
        yield f"    closed on {day.day:%a %Y-%m-%d}: {day.name}"


def _outcome(account: ClockAccount) -> Iterator[str]:
    target = account.target
    if target.at_risk_at is not None:
        share = f"{account.at_risk_percent} % of {lasting(account.goal)}"
        at_risk = _moment(account, target.at_risk_at)
        yield f"  At risk {at_risk}, when {share} are over{_said(said=account.at_risk)}."
    yield f"  {_due(account)}{_said(said=account.breached)}."
    if account.kept:
        yield "  It keeps that due time, whatever has changed since."
    if target.stopped_at is not None:
        yield f"  Stopped {_moment(account, target.stopped_at)}{_in_time(target)}."
    if not account.recorded:
        yield "  This is not on record yet."


def _due(account: ClockAccount) -> str:
    target = account.target
    if target.due_at is not None:
        return f"Due {_moment(account, target.due_at)}"
    if target.remaining is not None:
        return f"Not due while it is paused; {lasting(target.remaining)} are left"
    return "Never due: the calendar does not open for so long any more"


def _said(*, said: bool) -> str:
    return ", which is on record" if said else ""


def _in_time(target: ClockTarget) -> str:
    if target.due_at is None or target.stopped_at is None:
        return ""
    return ", in time" if target.stopped_at <= target.due_at else ", too late"


def lasting(period: timedelta) -> str:
    """In hours, minutes and seconds; days are not told, since those of a calendar are not of 24 hours."""
    seconds, micros = period // timedelta(seconds=1), period.microseconds
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    told_seconds = f"{seconds}.{micros:06}".rstrip("0") if micros else str(seconds)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    parts += [f"{told_seconds} s"] * bool(seconds or micros)
    return " ".join(parts) or "0 s"


def _moment(account: ClockAccount, moment: datetime) -> str:
    """On the wall clock of the calendar's zone, or in UTC."""
    local = moment.astimezone(UTC if account.zone is None else ZoneInfo(account.zone))
    seconds = "" if not local.second and not local.microsecond else f":{local:%S}"
    micros = f".{local.microsecond:06}".rstrip("0") if local.microsecond else ""
    return f"{local:%a %Y-%m-%d %H:%M}{seconds}{micros} {local:%Z}"
