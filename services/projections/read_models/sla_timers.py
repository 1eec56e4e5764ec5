"""Read model `sla_timers_v1`: one row a start of a ticket's clock, as targets and what fired tell of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.projections.read_models.delivered import TicketEvent
from shared.events.ticket_events import TicketClosed
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Clock, ClockTarget

NAME, VERSION = "sla_timers", 1

VIEW = """
SELECT ticket_id, clock, instance,
    CASE WHEN stopped_at IS NOT NULL THEN 'stopped' WHEN dropped_at IS NOT NULL THEN 'dropped'
        WHEN paused_at IS NOT NULL THEN 'paused' ELSE 'running' END AS state,
    policy_id, policy_version, calendar_id, calendar_version, goal, started_at, due_at, at_risk_at, paused_at,
    remaining, fixed, stopped_at, dropped_at, at_risk_fired_at, breached_at, breach_revoked_at, version
FROM sla_timers_v1
"""

TOLD_BY = (SlaTargeted, SlaAtRisk, SlaBreached, SlaBreachRevoked, TicketClosed)
"""The events that can change a row."""


class TimerRow(NamedTuple):
    """`version` is that of the event that changed it last; an event at or below it changes nothing.

    Policy and calendar are those that its due time rests on; `policy_id` None: none holds any more. `dropped_at`:
    from then on it is not among the ticket's clocks, and its stop was not told.
    """

    ticket_id: str
    clock: Clock
    instance: int
    version: int
    policy_id: str | None
    policy_version: int
    calendar_id: str | None
    calendar_version: int | None
    goal: timedelta | None
    started_at: datetime
    due_at: datetime | None
    at_risk_at: datetime | None
    paused_at: datetime | None
    remaining: timedelta | None
    fixed: bool
    stopped_at: datetime | None
    dropped_at: datetime | None = None
    at_risk_fired_at: datetime | None = None
    breached_at: datetime | None = None
    breach_revoked_at: datetime | None = None

    @property
    def ended(self) -> bool:
        return self.stopped_at is not None or self.dropped_at is not None


def evolve(timers: Iterable[TimerRow], event: TicketEvent) -> Iterator[TimerRow]:
    """Of the ticket's rows those that the event makes or changes, as they are afterwards."""
    older = [row for row in timers if row.version < event.version]
    version, at = event.version, event.occurred_at
    match event.data:
        case SlaTargeted() as targeted:
            yield from _targeted(list(timers), event, targeted)
        case SlaAtRisk(clock, instance):
            yield from (row._replace(version=version, at_risk_fired_at=at) for row in _one(older, clock, instance))
        case SlaBreached(clock, instance):
            for row in _one(older, clock, instance):
                yield row._replace(version=version, breached_at=at, breach_revoked_at=None)
        case SlaBreachRevoked(clock, instance, _, met_at):
            for row in _one(older, clock, instance):
                yield row._replace(version=version, breach_revoked_at=at, stopped_at=met_at)
        case TicketClosed():
            yield from (row._replace(version=version, stopped_at=at) for row in older if not row.ended)
        case _:
            pass


def _targeted(timers: Sequence[TimerRow], event: TicketEvent, targeted: SlaTargeted) -> Iterator[TimerRow]:
    """What is listed takes the place of what was; what is not listed, and was not stopped, is dropped."""
    known = {(row.clock, row.instance): row for row in timers}
    listed: set[tuple[Clock, int]] = set()
    for target in targeted.clocks:
        key = target.clock, target.instance
        listed.add(key)
        row = known.get(key)
        if row is None:
            yield _row(event, targeted, target)
        elif row.version < event.version and (after := _again(row, event, targeted, target)) is not row:
            yield after
    for key, row in known.items():
        if key not in listed and row.version < event.version and not row.ended:
            yield row._replace(version=event.version, dropped_at=event.occurred_at)


def _row(event: TicketEvent, targeted: SlaTargeted, target: ClockTarget) -> TimerRow:
    return TimerRow(
        event.subject,
        target.clock,
        target.instance,
        event.version,
        targeted.policy_id or None,
        targeted.policy_version,
        targeted.calendar_id,
        targeted.calendar_version,
        target.goal,
        target.started_at,
        target.due_at,
        target.at_risk_at,
        target.paused_at,
        target.remaining,
        target.fixed,
        target.stopped_at,
    )


def _again(row: TimerRow, event: TicketEvent, targeted: SlaTargeted, target: ClockTarget) -> TimerRow:
    """The same row where the target says nothing new of the clock: one that is stopped keeps its terms."""
    told = _row(event, targeted, target)
    after = told._replace(
        at_risk_fired_at=row.at_risk_fired_at,
        breached_at=row.breached_at,
        breach_revoked_at=row.breach_revoked_at,
    )
    same_clock = after[_CLOCK] == row[_CLOCK]
    same_terms = after[_TERMS] == row[_TERMS] or row.stopped_at is not None
    return row if same_clock and same_terms else after


_TERMS = slice(TimerRow._fields.index("policy_id"), TimerRow._fields.index("goal"))
_CLOCK = slice(TimerRow._fields.index("goal"), None)


def _one(timers: Iterable[TimerRow], clock: Clock, instance: int) -> Iterator[TimerRow]:
    return (row for row in timers if row.clock is clock and row.instance == instance)
