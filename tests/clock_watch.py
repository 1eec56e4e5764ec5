"""An oracle for clocks: it looks on, minute by minute, and counts; it shares nothing with the fold."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.sla.domain.evolve import TicketEvent
from shared.events.directory_promises import Calendar, Conditions, OnReopen, SlaPolicy, Target
from shared.events.ticket_changes import PriorityChanged, TicketCategorised
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    InternalAwaited,
    RequesterReplied,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
)
from shared.events.ticket_promises import SlaBreached, TicketEscalated
from shared.events.ticket_values import Clock, ClockTarget, Priority, Status
from tests import business_time as oracle
from tests.clock_log import AT, DAY, MINUTE

FIRST, NEXT, SOLVE = Clock.FIRST_RESPONSE, Clock.NEXT_REPLY, Clock.RESOLUTION
P1, P2, P3 = Priority
BUSINESS = SlaPolicy(
    (
        Target(P1, 30, 20, 120, business_hours_only=True),
        Target(P2, 60, 60, 300, business_hours_only=True),
        Target(P3, 120, 90, 600, business_hours_only=True),
    ),
    calendar_id="office",
)
VIP = SlaPolicy(
    (Target(P1, 60, 30, 240), Target(P2, 120, None, 480)),
    position=1,
    conditions=Conditions(categories=("vip",)),
    paused_while=(Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL),
    on_reopen=OnReopen.RESTART,
    at_risk_percent=50,
)
HORIZON = 4 * DAY
"""As far as the oracle counts."""


@dataclass
class Terms:
    goal: int
    business: bool
    paused: tuple[Status, ...]
    percent: int
    fixed: bool = False


@dataclass
class Raised:
    """The priority was raised at `at`; `caused`: by this clock."""

    at: datetime
    previous: Priority
    priority: Priority
    caused: bool


@dataclass
class Watched:
    """One instance of one clock; `minutes` are those since its start, each with the ticket's state."""

    instance: int
    started: datetime
    minutes: list[tuple[datetime, Status]] = field(default_factory=list)
    stopped: datetime | None = None
    raises: list[Raised] = field(default_factory=list)
    kept: ClockTarget | None = None
    fixed: bool = False
    found: ClockTarget | None = None


class Watch:
    """The oracle: looks on, minute by minute, and counts. It shares nothing with the fold but the policies."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._open: dict[datetime, bool] = {}
        self.status = Status.NEW
        self.priority, self.category = P3, "none"
        self.clocks: dict[Clock, Watched] = {}
        self.now = AT
        self._unanswered = True
        self._escalated: TicketEscalated | None = None
        self._escalating: object = None

    def see(self, event: TicketEvent) -> None:  # noqa: C901, PLR0912 - one case an event
        while self.now < event.recorded_at:
            for watched in self.clocks.values():
                if watched.stopped is None:
                    watched.minutes.append((self.now, self.status))
            self.now += MINUTE
        escalated = self._escalated if event.command_id == self._escalating else None
        match event.data:
            case TicketOpened():
                self.clocks = {FIRST: Watched(1, self.now), SOLVE: Watched(1, self.now)}
            case RequesterReplied():
                self._asked()
            case AgentReplied():
                self._unanswered = False
                self._stop(FIRST, NEXT)
            case CustomerAwaited():
                self.status = Status.PENDING_CUSTOMER
            case InternalAwaited():
                self.status = Status.PENDING_INTERNAL
            case TicketResumed():
                self.status = Status.OPEN
            case TicketResolved():
                self._unanswered = False
                self._stop(*Clock)
                self.status = Status.RESOLVED
            case TicketReopened():
                self._reopened()
            case TicketCategorised(category=category):
                self.category = category or ""
            case PriorityChanged(priority=priority):
                self.priority = priority
                self._people_changed() if escalated is None else self._raised(escalated)
            case TicketEscalated() as data:
                self._escalated, self._escalating = data, event.command_id
            case SlaBreached(clock=clock):
                self._breached(clock)
            case _:
                if self.status is Status.NEW:
                    self.status = Status.OPEN

    def _asked(self) -> None:
        if self.status is Status.PENDING_CUSTOMER:
            self.status = Status.OPEN
        if not self._unanswered:
            before = self.clocks.get(NEXT)
            self.clocks[NEXT] = Watched(1 if before is None else before.instance + 1, self.now)
        self._unanswered = True

    def _stop(self, *clocks: Clock) -> None:
        """What it was due at just before is what it stays due at."""
        for clock, watched in self.clocks.items():
            if clock in clocks and watched.stopped is None:
                watched.found = self._expected(clock, watched)
                if watched.kept is not None:
                    watched.kept = replace(watched.kept, fixed=watched.fixed)
                watched.stopped = self.now

    def _reopened(self) -> None:
        solve = self.clocks[SOLVE]
        assert solve.stopped is not None
        self.status = Status.OPEN
        if self._restarts():
            self.clocks[SOLVE] = Watched(solve.instance + 1, self.now)
            return
        minute = solve.stopped
        while minute < self.now:
            solve.minutes.append((minute, Status.RESOLVED))
            minute += MINUTE
        solve.stopped = solve.found = None

    def _restarts(self) -> bool:
        return self.category == "vip" and self.priority is not P3

    def _people_changed(self) -> None:
        """What is stopped bears it where it runs again."""
        for watched in self.clocks.values():
            watched.raises, watched.fixed = [], False

    def _raised(self, escalated: TicketEscalated) -> None:
        previous = Priority(f"P{int(self.priority[1]) + 1}")
        for clock, watched in self.clocks.items():
            caused = (escalated.clock, escalated.instance) == (clock, watched.instance)
            watched.fixed = watched.fixed or caused
            watched.raises.append(Raised(self.now, previous, self.priority, caused))

    def _terms(self, clock: Clock, watched: Watched) -> Terms | None:
        """By the category of now, each raise in turn."""
        held = self._promised(clock, watched.raises[0].previous if watched.raises else self.priority)
        for one in watched.raises:
            new = self._promised(clock, one.priority)
            if one.caused and held is not None:
                held.fixed = True
            elif not one.caused and new is not None and not (held is not None and held.fixed):
                new.goal += self._spent(clock, watched, new, one.at)
                held = new
        return held

    def _breached(self, clock: Clock) -> None:
        watched = self.clocks[clock]
        found = self._expected(clock, watched) if watched.found is None else watched.found
        assert found is not None
        watched.kept = found

    def _promised(self, clock: Clock, priority: Priority) -> Terms | None:
        if self.category == "vip":
            goals = {P1: (60, 30, 240), P2: (120, None, 480), P3: (None, None, None)}[priority]
            paused = (Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL)
            goal = goals[list(Clock).index(clock)]
            return None if goal is None else Terms(goal, business=False, paused=paused, percent=50)
        goals = {P1: (30, 20, 120), P2: (60, 60, 300), P3: (120, 90, 600)}[priority]
        goal = goals[list(Clock).index(clock)]
        return Terms(goal, business=True, paused=(Status.PENDING_CUSTOMER,), percent=80)

    def _runs(self, clock: Clock, status: Status, terms: Terms) -> bool:
        return clock is FIRST or status not in (*terms.paused, Status.RESOLVED)

    def _counts(self, minute: datetime, terms: Terms) -> bool:
        if not terms.business:
            return True
        if minute not in self._open:
            self._open[minute] = oracle.is_open(self._calendar, minute)
        return self._open[minute]

    def _spent(self, clock: Clock, watched: Watched, terms: Terms, until: datetime) -> int:
        return sum(
            self._runs(clock, status, terms) and self._counts(minute, terms)
            for minute, status in watched.minutes
            if minute < until
        )

    def expected(self) -> dict[Clock, ClockTarget]:
        found = {}
        for clock in Clock:
            watched = self.clocks.get(clock)
            target = None if watched is None else self._of(clock, watched)
            if target is not None:
                found[clock] = target
        return found

    def _of(self, clock: Clock, watched: Watched) -> ClockTarget | None:
        target = watched.kept or (self._expected(clock, watched) if watched.stopped is None else watched.found)
        if target is None:
            return None
        fixed = watched.fixed if watched.kept and watched.stopped is None else target.fixed
        return replace(target, stopped_at=watched.stopped, fixed=fixed)

    def _expected(self, clock: Clock, watched: Watched) -> ClockTarget | None:
        terms = self._terms(clock, watched)
        if terms is None:
            return None
        goal = terms.goal * MINUTE
        warn, spent, risk = goal * terms.percent / 100, timedelta(), None
        paused_at: datetime | None = None
        for minute, status in self._minutes(watched):
            if minute > AT + HORIZON:
                break
            runs = self._runs(clock, status, terms)
            if minute == self.now and not runs:
                at = paused_at or minute
                return ClockTarget(
                    clock, watched.instance, watched.started, None, None, at, goal - spent, goal, fixed=terms.fixed
                )
            if not runs:
                paused_at = paused_at or minute
                continue
            paused_at = None
            if not self._counts(minute, terms):
                continue
            if risk is None and spent + MINUTE >= warn:
                risk = minute + (warn - spent)
            spent += MINUTE
            if spent == goal:
                return ClockTarget(
                    clock, watched.instance, watched.started, minute + MINUTE, risk, goal=goal, fixed=terms.fixed
                )
        return ClockTarget(clock, watched.instance, watched.started, None, risk, goal=goal, fixed=terms.fixed)

    def _minutes(self, watched: Watched) -> list[tuple[datetime, Status]]:
        """Those that were, and then as if nothing ever happened again."""
        rest = int((AT + HORIZON - self.now) / MINUTE) + 2
        return [*watched.minutes, *((self.now + one * MINUTE, self.status) for one in range(rest))]
