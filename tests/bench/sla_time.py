"""Figures of the clocks' pure core: due times in business time, and what an event costs, folded and stored."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from uuid import UUID

from services.sla.domain.books import Books
from services.sla.domain.evolve import TicketEvent, evolve
from services.sla.domain.fires import fires
from services.sla.domain.open_hours import BusinessHours
from services.sla.domain.stored import encode
from services.sla.domain.targets import targets
from shared.events.directory import RecordSaved
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_promises import Calendar, DayOff, SlaPolicy, Target
from shared.events.envelope import Actor, ActorKind, Event
from shared.events.personal import Plain
from shared.events.ticket_commands import TargetSla
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    RequesterReplied,
    TicketAssigned,
    TicketEventData,
    TicketOpened,
    TicketResolved,
)
from shared.events.ticket_promises import SlaTargeted
from shared.events.ticket_values import Channel, Message, Priority, Requester
from shared.runtime.settings import Settings

Emit = Callable[..., None]

ROUNDS, EACH, LIVES = 5, 50_000, 500

_BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
_HOLD = timedelta(hours=72)
_SELF = Actor(ActorKind.SERVICE, "sla")
_NONE = UUID(int=0)
_WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
_SPANS = ((clock(8, 30), clock(12)), (clock(13), clock(17)))

CALENDAR = Calendar(
    WorkingHours("Europe/Berlin", tuple(WorkingSpan(day, *span) for day in _WORKDAYS for span in _SPANS)),
    country="DE",
    subdivision="BY",
    days_off=(DayOff(datetime(2026, 12, 24, tzinfo=UTC).date()),),
)
_POLICY = SlaPolicy(
    tuple(
        Target(priority, 60 * hours, 60 * hours, 600 * hours, business_hours_only=True)
        for priority, hours in ((Priority.P1, 1), (Priority.P2, 4), (Priority.P3, 24))
    ),
    calendar_id="office",
)


def run(_: Settings, emit: Emit) -> None:
    """No server is asked for anything. What an event costs goes to standard error: it is no figure of its own."""
    samples = [_due_times_per_s(random.Random(seed)) for seed in range(ROUNDS)]  # noqa: S311 - a benchmark's fixture
    emit("sla.business_time_per_s", sorted(samples)[ROUNDS // 2], "1/s", samples, None)
    sys.stderr.write(f"fold, targets, fires and bytes of an event: {_event_us():.1f} us of CPU\n")


def _due_times_per_s(chance: random.Random) -> float:
    """A CPU second's due times, each of another ticket of the year: two spans a day, public holidays, a day off.

    What is timed includes working the calendar's years out.
    """
    asked = [
        (_BEGIN + timedelta(seconds=chance.randrange(365 * 86_400)), timedelta(minutes=chance.randint(15, 7_200)))
        for _ in range(EACH)
    ]
    hours = BusinessHours(CALENDAR)
    begun = time.process_time()
    for moment, amount in asked:
        hours.after(moment, amount)
    return EACH / (time.process_time() - begun)


def _event_us() -> float:
    books = Books({})
    for offset, (key, saved) in enumerate(
        (("calendars/office", RecordSaved(CALENDAR)), ("policies/office", RecordSaved(_POLICY)))
    ):
        books.fold(offset, Event(_NONE, key, 1, 0, _BEGIN, _BEGIN, _SELF, _NONE, _NONE, saved))
    log = list(_log(books))
    begun = time.process_time()
    for _ in range(LIVES):
        state = None
        for event in log:
            state = evolve(state, event)
            if state is not None:
                fires(state, _HOLD, (30, 60), targets(state, books))
                encode(state)
    return (time.process_time() - begun) / LIVES / len(log) * 1e6


def _log(books: Books) -> Iterator[TicketEvent]:
    """A ticket's life, with its targets as they are recorded."""
    message = Message(Plain("It burns."))
    subject = Plain("Printer on fire")
    opened = TicketOpened("CF-1", subject, subject, Channel.EMAIL, Priority.P3, Requester("rita"), "hardware")
    facts: list[TicketEventData] = [
        opened,
        TicketAssigned("ada"),
        AgentReplied(message, first_response=True),
        RequesterReplied(message),
        AgentReplied(message),
        CustomerAwaited(),
        RequesterReplied(message),
        TicketResolved(1, "ada"),
    ]
    state, version, now = None, 0, _BEGIN
    for fact in facts:
        now += timedelta(minutes=50)
        version += 1
        event = _event(version, now, fact)
        yield event
        state = evolve(state, event)
        target = None if state is None else targets(state, books)
        if target is not None:
            version += 1
            event = _event(version, now, _recorded(target))
            yield event
            state = evolve(state, event)


def _event(version: int, now: datetime, data: TicketEventData) -> TicketEvent:
    return Event(_NONE, str(_NONE), version, version, now, now, _SELF, _NONE, _NONE, data)


def _recorded(target: TargetSla) -> SlaTargeted:
    return SlaTargeted(
        target.policy_id,
        target.policy_version,
        target.calendar_version,
        target.basis,
        target.inputs,
        target.clocks,
        target.reason,
        target.calendar_id,
        target.directory_offset,
    )
