"""Every log that a ticket may have, its due times against a count of the minutes that each clock ran."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.evolve import TicketEvent, evolve
from services.sla.domain.stored import decode, encode
from services.sla.domain.ticket import TicketClocks
from shared.events.directory_promises import Calendar, SlaPolicy, Target
from shared.events.ticket_commands import (
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    ChangeTicket,
    EscalateTicket,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    ResumeTicket,
    TicketCommandData,
)
from shared.events.ticket_promises import SlaAtRisk, SlaBreached
from shared.events.ticket_values import Clock, ClockTarget, Priority, Status
from tests.business_time import calendars
from tests.clock_log import AT, DAY, MINUTE, Log, books
from tests.clock_watch import BUSINESS, HORIZON, VIP, Watch
from tests.deciding import ADA, LEA, RITA, SAID, SLA, SLOT
from tests.faults.sla_checker import Fault, check

ACTIONS: st.SearchStrategy[TicketCommandData | Clock | None] = st.one_of(
    st.sampled_from(
        [
            ReplyToRequester(SAID),
            ReplyAsRequester(SAID),
            AwaitCustomer(),
            AwaitInternal(),
            ResumeTicket(),
            ResolveTicket(),
            ReopenTicket(),
            AssignTicket("ada", reservation=SLOT),
            ChangeTicket(category="vip"),
            ChangeTicket(category="other"),
        ]
    ),
    st.builds(ChangeTicket, priority=st.sampled_from(Priority)),
    st.sampled_from(Clock),
    st.none(),
)
"""A clock: it causes an escalation that raises the priority; None: something else does."""
LIVES = st.lists(st.tuples(st.sampled_from([1, 7, 20, 60, 200]), ACTIONS), max_size=14)

TALK: st.SearchStrategy[TicketCommandData] = st.sampled_from(
    [
        ReplyToRequester(SAID),
        ReplyAsRequester(SAID),
        AwaitCustomer(),
        ResolveTicket(),
        ReopenTicket(),
        ChangeTicket(category="vip"),
        ChangeTicket(priority=Priority.P2),
    ]
)


def act(log: Log, action: TicketCommandData | Clock | None, number: int) -> None:
    if action is None or isinstance(action, Clock):
        known = None if action is None else log.clocks().get(action)
        instance = None if known is None else known.instance
        clock = None if known is None else action
        log.refused(
            EscalateTicket(f"k{number}", "r", 1, raise_priority=True, clock=clock, instance=instance), actor=SLA
        )
    else:
        log.refused(action, actor=RITA if isinstance(action, ReplyAsRequester) else ADA)


def lived(calendar: Calendar, life: list[tuple[int, TicketCommandData | Clock | None]]) -> Log:
    """With every fire at its time."""
    log = Log(books({"calendars/office": calendar, "policies/business": BUSINESS, "policies/vip": VIP}), (30, 90))
    log.open()
    log.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
    for number, (gap, action) in enumerate(life):
        log.pass_time(gap * MINUTE)
        act(log, action, number)
    return log


@settings(max_examples=60, deadline=None)
@given(calendars("Europe/Berlin", AT), LIVES)
def test_due_times_are_those_that_counting_minutes_gives(
    calendar: Calendar, life: list[tuple[int, TicketCommandData | Clock | None]]
) -> None:
    log = lived(calendar, life)
    watch = Watch(calendar)
    for event in log.events:
        watch.see(event)
    expected, found = watch.expected(), log.clocks()
    assert found.keys() == expected.keys()
    for clock, target in found.items():
        assert _within(target) == expected[clock]


def _within(target: ClockTarget) -> ClockTarget:
    """The oracle looks no further than its horizon."""
    due, risk = target.due_at, target.at_risk_at
    return replace(
        target,
        due_at=None if due is not None and due > AT + HORIZON else due,
        at_risk_at=None if risk is not None and risk > AT + HORIZON else risk,
    )


@settings(max_examples=60, deadline=None)
@given(calendars("Europe/Berlin", AT), LIVES)
def test_a_log_that_is_folded_again_comes_to_the_same_and_fires_nothing_twice(
    calendar: Calendar, life: list[tuple[int, TicketCommandData | Clock | None]]
) -> None:
    log = lived(calendar, life)
    state = refolded(log.events)
    assert state == log.state
    assert log.ticket is not None
    if state is not None and state.status is not Status.CLOSED:
        assert (state.basis, state.version) == (log.ticket.sla_basis, log.ticket.version)
    assert not set(log.due()) & set(log.fired)


@settings(max_examples=60, deadline=None)
@given(calendars("Europe/Berlin", AT), LIVES)
def test_nothing_fires_before_its_time_or_twice_and_what_was_due_has_fired(
    calendar: Calendar, life: list[tuple[int, TicketCommandData | Clock | None]]
) -> None:
    log = lived(calendar, life)
    log.pass_time(4 * DAY)
    names = []
    for event in log.events:
        if isinstance(event.data, SlaAtRisk | SlaBreached):
            names.append((type(event.data), event.data.clock, event.data.instance))
        if isinstance(event.data, SlaBreached):
            assert event.recorded_at >= event.data.due_at
    assert len(set(names)) == len(names)
    histories = () if log.state is None else log.state.clocks
    for history in histories:
        due_at = None if history.target is None else history.target.due_at
        late = due_at is not None and due_at <= (history.stopped_at or log.now)
        assert history.breached is (late and history.stopped_at != due_at)


@settings(max_examples=60, deadline=None)
@given(LIVES, st.lists(st.booleans(), min_size=16, max_size=16))
def test_a_service_that_lags_comes_to_what_one_that_does_not_comes_to(
    life: list[tuple[int, TicketCommandData | Clock | None]], settles: list[bool]
) -> None:
    """Where nothing comes due meanwhile."""
    far = SlaPolicy(tuple(Target(one, 9000 * number, 9000, 90000) for number, one in enumerate(Priority, 1)))
    prompt, lagging = (Log(books({"policies/far": far}), lags=lags) for lags in (False, True))
    for log in (prompt, lagging):
        log.open()
        log.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
        for number, (gap, action) in enumerate(life):
            log.now += gap * MINUTE
            act(log, None if isinstance(action, Clock) else action, number)
            if log.lags and settles[number]:
                log.settle()
    lagging.settle()
    assert lagging.clocks() == prompt.clocks()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 30, 200]), TALK), min_size=4, max_size=14))
def test_a_service_that_records_targets_and_fires_nothing_until_the_end_loses_no_breach(
    life: list[tuple[int, TicketCommandData]],
) -> None:
    short = SlaPolicy(tuple(Target(one, 30, 20, 120) for one in Priority))
    log = Log(books({"policies/short": short, "policies/vip": VIP})).open()
    log.say(AssignTicket("ada", reservation=SLOT), actor=LEA)
    for number, (gap, action) in enumerate(life):
        log.now += gap * MINUTE
        act(log, action, number)
    log.pass_time(4 * DAY)
    # The checker takes a resolution from before a reopening for one in time.
    assert [one for one in check(log.events, log.now) if one.fault is not Fault.IN_TIME] == []


def refolded(events: list[TicketEvent]) -> TicketClocks | None:
    """Each event twice, and kept and fetched in between."""
    state = None
    for event in events:
        state = evolve(state, event)
        assert evolve(state, event) == state
        if state is not None:
            state = decode(encode(state))
    return state
