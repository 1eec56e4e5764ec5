"""Judges the clocks by the log alone: no due time fired twice or never, none before it was due."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.sla.domain.evolve import CLOCKS_DEPEND_ON
from shared.events.envelope import Event
from shared.events.ticket_events import AgentReplied, TicketClosed, TicketEventData, TicketResolved
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Clock, ClockTarget

TicketEvent = Event[TicketEventData]


class Fault(StrEnum):
    TWICE = "a time fired more than once"
    NEVER = "a time has passed and did not fire"
    EARLY = "a time fired before it was due"
    IN_TIME = "a clock is breached though what it waits for happened in time"
    UNKNOWN = "a time fired that is not on record as such"


@dataclass(frozen=True, slots=True)
class Violation:
    fault: Fault
    ticket: str
    detail: str


def check(log: Iterable[TicketEvent], until: datetime) -> list[Violation]:
    """`until`: what was due by then must have fired. The log is in the order of each ticket's versions."""
    by_ticket: dict[str, list[TicketEvent]] = defaultdict(list)
    for event in log:
        by_ticket[event.subject].append(event)
    return [violation for events in by_ticket.values() for violation in _ticket(events, until)]


def _ticket(events: Sequence[TicketEvent], until: datetime) -> Iterator[Violation]:
    yield from _twice(events)
    yield from _early(events)
    for target in _asked(events):
        yield from _missing(events, target, until)


def _asked(events: Sequence[TicketEvent]) -> Iterator[ClockTarget]:
    """The latest target of each instance that is listed still, or whose place the clock's next start took."""
    latest: dict[tuple[Clock, int], tuple[ClockTarget, int]] = {}
    listed: tuple[ClockTarget, ...] = ()
    for event in events:
        if isinstance(event.data, SlaTargeted):
            listed = event.data.clocks
            latest |= {(one.clock, one.instance): (one, event.data.basis) for one in listed}
    for (clock, instance), (target, basis) in latest.items():
        replaced = (clock, instance + 1) in latest
        if target in listed or (replaced and _stood(events, target, basis)):
            yield target


def _stood(events: Sequence[TicketEvent], target: ClockTarget, basis: int) -> bool:
    """Whether nothing that may have moved it, or taken it away, happened between it and what stopped the clock."""
    stop = next(iter(_stops(events, target)), None)
    if target.stopped_at is not None or stop is None:
        return True
    before = (event for event in events if event.version < stop.version)
    return basis >= max(event.version for event in before if type(event.data) in CLOCKS_DEPEND_ON)


def _twice(events: Sequence[TicketEvent]) -> Iterator[Violation]:
    fired = Counter(
        (type(event.data).__name__, event.data.clock, event.data.instance)
        for event in events
        if isinstance(event.data, SlaAtRisk | SlaBreached)
    )
    for what, times in fired.items():
        if times > 1:
            yield Violation(Fault.TWICE, events[0].subject, f"{what}: {times} times")


def _early(events: Sequence[TicketEvent]) -> Iterator[Violation]:
    """By the targets that stood on record when it fired."""
    targets: dict[tuple[Clock, int], ClockTarget] = {}
    for event in events:
        match event.data:
            case SlaTargeted(clocks=clocks):
                targets = {(one.clock, one.instance): one for one in clocks}
            case SlaAtRisk(clock, instance, due_at) | SlaBreached(clock, instance, due_at):
                target = targets.get((clock, instance))
                wanted = None if target is None else target.due_at
                if target is not None and isinstance(event.data, SlaAtRisk):
                    wanted = target.at_risk_at
                if target is None or target.due_at != due_at or wanted is None:
                    yield Violation(Fault.UNKNOWN, event.subject, f"version {event.version}")
                elif event.recorded_at < wanted:
                    yield Violation(Fault.EARLY, event.subject, f"version {event.version}: {wanted}")
            case _:
                pass


def _missing(events: Sequence[TicketEvent], target: ClockTarget, until: datetime) -> Iterator[Violation]:
    if target.due_at is None or target.due_at > until:
        return
    met = min((event.occurred_at for event in _stops(events, target)), default=None)
    in_time = met is not None and met <= target.due_at
    breached = _breached(events, target)
    what = f"{target.clock} {target.instance} due at {target.due_at}"
    if breached and in_time:
        yield Violation(Fault.IN_TIME, events[0].subject, what)
    if not breached and not in_time:
        yield Violation(Fault.NEVER, events[0].subject, what)


def _stops(events: Sequence[TicketEvent], target: ClockTarget) -> Iterator[TicketEvent]:
    """Whatever happened that stops the clock, since it started."""
    for event in events:
        if event.occurred_at < target.started_at:
            continue
        replied = isinstance(event.data, AgentReplied) and target.clock is not Clock.RESOLUTION
        if replied or isinstance(event.data, TicketResolved | TicketClosed):
            yield event


def _breached(events: Sequence[TicketEvent], target: ClockTarget) -> bool:
    found = False
    for event in events:
        match event.data:
            case SlaBreached(clock, instance, _) if (clock, instance) == (target.clock, target.instance):
                found = True
            case SlaBreachRevoked(clock, instance, _, _) if (clock, instance) == (target.clock, target.instance):
                found = False
            case _:
                pass
    return found
