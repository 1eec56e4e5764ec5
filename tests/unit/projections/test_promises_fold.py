"""The read models `sla_timers` and `sla_policies`: what each event makes of their rows."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projections.read_models import sla_policies
from services.projections.read_models.delivered import Placed, TicketEvent
from services.projections.read_models.sla_policies import PolicyRow
from services.projections.read_models.sla_timers import TimerRow, evolve
from services.projections.writes.folded import folded
from shared.events.directory import RecordRemoved, RecordSaved
from shared.events.directory_promises import Conditions, OnReopen, SlaPolicy, Target
from shared.events.directory_records import RoutingPolicy, Team
from shared.events.ticket_events import TicketClosed, TicketEventData
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Channel, Clock, ClockTarget, CloseReason, Priority, SlaInputs, Status
from tests.projecting import ANSWERED, ASSIGNED, AT, MINUTE, THANKED, TICKET, life, told

DUE = AT + timedelta(hours=4)
FIRST = ClockTarget(Clock.FIRST_RESPONSE, 1, AT, DUE, DUE - 48 * MINUTE, goal=timedelta(hours=4))
SOLVED = ClockTarget(Clock.RESOLUTION, 1, AT, DUE + timedelta(days=1), goal=timedelta(hours=28))
NEXT = ClockTarget(Clock.NEXT_REPLY, 1, AT, DUE)

Rows = dict[tuple[Clock, int], TimerRow]


def targeted(*clocks: ClockTarget, policy: str = "gold", version: int = 3) -> SlaTargeted:
    return SlaTargeted(policy, version, 2, 1, SlaInputs(Priority.P3, Channel.WEB), clocks, None, "berlin", 7)


def row(target: ClockTarget, version: int, **changes: Any) -> TimerRow:  # noqa: ANN401 - fields of a row
    made = TimerRow(
        str(TICKET),
        target.clock,
        target.instance,
        version,
        "gold",
        3,
        "berlin",
        2,
        target.goal,
        target.started_at,
        target.due_at,
        target.at_risk_at,
        target.paused_at,
        target.remaining,
        target.fixed,
        target.stopped_at,
    )
    return made._replace(**changes)


def rows_after(events: Iterable[TicketEvent], known: Rows | None = None) -> Rows:
    rows: Rows = dict(known or {})
    for event in events:
        for changed in list(evolve(rows.values(), event)):
            rows[changed.clock, changed.instance] = changed
    return rows


def fold(*data: TicketEventData) -> list[TimerRow]:
    return list(rows_after(life(*data)).values())


def at(version: int) -> Any:  # noqa: ANN401 - a time, or none in a row
    return AT + version * MINUTE


def test_a_target_makes_a_row_a_clock() -> None:
    assert fold(ASSIGNED, targeted(FIRST, SOLVED)) == [row(FIRST, 3), row(SOLVED, 3)]


def test_what_fires_is_kept_with_its_time_while_the_due_time_moves() -> None:
    later = replace(FIRST, due_at=DUE + MINUTE)
    assert fold(targeted(FIRST), SlaAtRisk(Clock.FIRST_RESPONSE, 1, DUE), targeted(later)) == [
        row(later, 4, at_risk_fired_at=at(3))
    ]
    assert fold(targeted(FIRST), SlaBreached(Clock.FIRST_RESPONSE, 1, DUE)) == [row(FIRST, 3, breached_at=at(3))]


def test_a_breach_that_is_revoked_was_met_in_time() -> None:
    broken = (targeted(FIRST), SlaBreached(Clock.FIRST_RESPONSE, 1, DUE))
    assert fold(*broken, SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, DUE, DUE - MINUTE)) == [
        row(FIRST, 4, breached_at=at(3), breach_revoked_at=at(4), stopped_at=DUE - MINUTE)
    ]


def test_a_row_changes_only_when_its_own_clock_does() -> None:
    stopped = replace(FIRST, stopped_at=at(3))
    assert fold(targeted(FIRST, SOLVED), ANSWERED, targeted(stopped, SOLVED)) == [row(stopped, 4), row(SOLVED, 2)]


def test_a_running_clock_goes_by_new_terms_and_a_stopped_one_keeps_those_it_had() -> None:
    stopped = replace(FIRST, stopped_at=at(1))
    assert fold(targeted(stopped, SOLVED), targeted(stopped, SOLVED, policy="silver", version=1)) == [
        row(stopped, 2),
        row(SOLVED, 3, policy_id="silver", policy_version=1),
    ]
    assert fold(targeted(SOLVED), targeted(SOLVED, policy="", version=0)) == [
        row(SOLVED, 3, policy_id=None, policy_version=0)
    ]


def test_a_paused_clock_says_what_is_left() -> None:
    paused = replace(SOLVED, due_at=None, paused_at=at(2), remaining=timedelta(hours=27))
    assert fold(targeted(SOLVED), targeted(paused)) == [row(paused, 3)]


def test_a_clock_that_is_not_listed_any_more_is_dropped_unless_it_was_stopped() -> None:
    second = replace(NEXT, instance=2)
    stopped = replace(FIRST, stopped_at=at(1))
    assert fold(targeted(stopped, NEXT), targeted(second)) == [
        row(stopped, 2),
        row(NEXT, 3, dropped_at=at(3)),
        row(second, 3),
    ]
    assert fold(targeted(NEXT), targeted(), targeted(NEXT)) == [row(NEXT, 4)]


def test_a_close_stops_what_still_runs() -> None:
    stopped = replace(FIRST, stopped_at=at(1))
    assert fold(targeted(stopped, SOLVED), TicketClosed(CloseReason.SPAM)) == [
        row(stopped, 2),
        row(SOLVED, 3, stopped_at=at(3)),
    ]


def test_a_breach_of_a_start_that_nobody_targeted_makes_no_row() -> None:
    assert fold(targeted(FIRST), SlaBreached(Clock.FIRST_RESPONSE, 2, DUE), ASSIGNED) == [row(FIRST, 2)]


_TOLD: list[TicketEventData] = [
    targeted(FIRST, SOLVED),
    targeted(replace(FIRST, stopped_at=at(1)), SOLVED),
    targeted(replace(FIRST, stopped_at=at(1)), NEXT, SOLVED, policy="silver"),
    targeted(replace(NEXT, instance=2)),
    targeted(),
    SlaAtRisk(Clock.RESOLUTION, 1, DUE),
    SlaBreached(Clock.RESOLUTION, 1, DUE),
    SlaBreached(Clock.NEXT_REPLY, 1, DUE),
    SlaBreachRevoked(Clock.NEXT_REPLY, 1, DUE, AT),
    TicketClosed(CloseReason.SPAM),
    THANKED,
]


@given(st.lists(st.sampled_from(_TOLD), max_size=14), st.integers(0, 14), st.integers(0, 14))
def test_whatever_part_is_delivered_again_changes_nothing(
    steps: list[TicketEventData], again_from: int, again_until: int
) -> None:
    events = life(*steps)
    once = rows_after(events)
    assert rows_after(events[again_from:again_until], once) == once
    assert all(list(evolve(once.values(), event)) == [] for event in events)


POLICY = SlaPolicy(
    (Target(Priority.P1, 15, 30, 240, business_hours_only=True), Target(Priority.P3, resolution_minutes=7200)),
    position=10,
    conditions=Conditions(organisations=("acme",), tags=("vip", "gold")),
    calendar_id="berlin",
    paused_while=(Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL),
    on_reopen=OnReopen.RESTART,
    at_risk_percent=75,
)
GOLD = PolicyRow(
    "gold",
    1,
    removed=False,
    position=10,
    conditions=POLICY.conditions,
    calendar_id="berlin",
    paused_while=POLICY.paused_while,
    on_reopen=OnReopen.RESTART,
    at_risk_percent=75,
    active=True,
    targets=POLICY.targets,
)
SAVED = told("policies/gold", RecordSaved(POLICY), 1)
ANOTHER_TYPE = told("policies/gold", RecordSaved(RoutingPolicy()), 2)


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        ((SAVED,), [GOLD]),
        ((SAVED, SAVED), [GOLD]),
        (
            (SAVED, told("policies/gold", RecordSaved(replace(POLICY, active=False)), 2)),
            [GOLD._replace(version=2, active=False)],
        ),
        ((SAVED, told("policies/gold", RecordRemoved(), 2), SAVED), [PolicyRow("gold", 2, removed=True)]),
        ((SAVED, ANOTHER_TYPE), [PolicyRow("gold", 2, removed=True)]),
        ((told("teams/gold", RecordSaved(Team("Gold")), 1), told("teams/gold", RecordRemoved(), 2)), []),
    ],
)
def test_a_policy_is_as_its_newest_record_says(events: tuple[Any, ...], wanted: list[PolicyRow]) -> None:
    items = [Placed(0, offset, event) for offset, event in enumerate(events)]
    assert [found for _, found in folded(items, sla_policies.evolve)] == wanted
