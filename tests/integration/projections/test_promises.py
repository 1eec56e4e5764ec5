"""SLA policies and timers: from two topics to the rows of `sla_policies` and `sla_timers`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from services.projections.groups import DIRECTORY_GROUP
from services.projections.registry import DIRECTORY_STREAM, TICKET_STREAM
from shared.events.directory import DIRECTORY_EVENTS, RecordRemoved, RecordSaved
from shared.events.directory_promises import Conditions, SlaPolicy, Target
from shared.events.directory_records import RoutingPolicy
from shared.events.envelope import Event
from shared.events.personal import IdentityCodec
from shared.events.ticket_events import TicketClosed
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted
from shared.events.ticket_values import Channel, Clock, ClockTarget, CloseReason, Priority, SlaInputs
from shared.runtime.settings import Settings
from tests.integration.projections.writing import Log, Rows, Running, Until
from tests.projecting import ANSWERED, AT, MINUTE, OTHER, THANKED, TICKET, delivered, life, told

GOLD = SlaPolicy(
    (Target(Priority.P1, 15, 30, 240, business_hours_only=True), Target(Priority.P3, resolution_minutes=7200)),
    position=10,
    conditions=Conditions(organisations=("Gößer",), tags=("vip", "gold")),
    calendar_id="berlin",
    at_risk_percent=75,
)
DIRECTORY: Sequence[Event[Any]] = (
    told("policies/gold", RecordSaved(replace(GOLD, position=5, targets=())), 1),
    told("policies/gone", RecordSaved(GOLD), 1),
    told("policies/routing", RecordSaved(RoutingPolicy()), 1),
    told("policies/rest", RecordSaved(SlaPolicy((Target(Priority.P2, 60),), active=False)), 1),
    told("policies/gold", RecordSaved(GOLD), 2),
    told("policies/gone", RecordRemoved(), 2),
)
POLICIES = "SELECT * FROM sla_policies ORDER BY position, policy_id, priority"
_WHEN = {"organisations": ["Gößer"], "tags": ["vip", "gold"]}
_GOLD = ("berlin", 75, ["pending_customer"], "resume", True, _WHEN, 2)
_REST: tuple[Any, ...] = (None, 80, ["pending_customer"], "resume", False, {}, 1)
IN_FORCE: list[tuple[Any, ...]] = [
    ("gold", 10, "P1", 15, 30, 240, True, *_GOLD),
    ("gold", 10, "P3", None, None, 7200, False, *_GOLD),
    ("rest", 100, "P2", 60, None, None, False, *_REST),
]

DUE = AT + timedelta(hours=4)
HOURS = timedelta(hours=28)
FIRST = ClockTarget(Clock.FIRST_RESPONSE, 1, AT, DUE, DUE - 48 * MINUTE, goal=timedelta(hours=4))
NEXT = ClockTarget(Clock.NEXT_REPLY, 1, AT + 7 * MINUTE, DUE, goal=timedelta(hours=4))
SOLVED = ClockTarget(Clock.RESOLUTION, 1, AT, DUE + timedelta(days=1), goal=HOURS)
PAUSED = replace(SOLVED, due_at=None, paused_at=AT + 9 * MINUTE, remaining=HOURS - 9 * MINUTE)


def targeted(*clocks: ClockTarget) -> SlaTargeted:
    return SlaTargeted("gold", 2, 4, 1, SlaInputs(Priority.P3, Channel.WEB), clocks, None, "berlin", 7)


KEPT = life(
    targeted(FIRST, SOLVED),
    SlaAtRisk(Clock.FIRST_RESPONSE, 1, DUE),
    SlaBreached(Clock.FIRST_RESPONSE, 1, DUE),
    ANSWERED,
    SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, DUE, AT + 5 * MINUTE),
    THANKED,
    targeted(replace(FIRST, stopped_at=AT + 5 * MINUTE), NEXT, SOLVED),
    targeted(replace(FIRST, stopped_at=AT + 5 * MINUTE), replace(NEXT, instance=2), PAUSED),
)
CLOSED = life(targeted(FIRST, SOLVED), TicketClosed(CloseReason.SPAM), ticket=OTHER)
TIMERS = """
SELECT ticket_id, clock, instance, state, due_at, paused_at, remaining, stopped_at, dropped_at, at_risk_fired_at,
    breached_at, breach_revoked_at, version
FROM sla_timers ORDER BY ticket_id, clock, instance
"""
_NONE = (None, None, None)
RUNNING: list[tuple[Any, ...]] = [
    (
        *(TICKET, "first_response", 1, "stopped", DUE, None, None, AT + 5 * MINUTE, None),
        *(AT + 3 * MINUTE, AT + 4 * MINUTE, AT + 6 * MINUTE, 6),
    ),
    (TICKET, "next_reply", 1, "dropped", DUE, *_NONE, AT + 9 * MINUTE, *_NONE, 9),
    (TICKET, "next_reply", 2, "running", DUE, *_NONE, None, *_NONE, 9),
    (TICKET, "resolution", 1, "paused", None, AT + 9 * MINUTE, PAUSED.remaining, None, None, *_NONE, 9),
    (OTHER, "first_response", 1, "stopped", DUE, None, None, AT + 3 * MINUTE, None, *_NONE, 3),
    (OTHER, "resolution", 1, "stopped", SOLVED.due_at, None, None, AT + 3 * MINUTE, None, *_NONE, 3),
]


async def test_policies_come_from_the_directory(log: Log, projecting: Running, rows: Rows, until: Until) -> None:
    log.tell("directory.events", DIRECTORY_EVENTS, *DIRECTORY[:4])
    async with projecting(DIRECTORY_STREAM, DIRECTORY_GROUP):
        log.tell("directory.events", DIRECTORY_EVENTS, *DIRECTORY[4:])
        await until(IN_FORCE, POLICIES)
    assert await rows("SELECT count(*) FROM parked_events") == [(0,)]


async def test_timers_come_from_what_is_recorded_and_again_when_the_tables_are_emptied(
    log: Log, projecting: Running, rows: Rows, until: Until, tables: psycopg.AsyncConnection[Any]
) -> None:
    log.append(*KEPT[:5])
    async with projecting():
        await until([(4,)], "SELECT version FROM sla_timers WHERE clock = 'first_response'")
        log.append(*KEPT[5:], *CLOSED)
        await until(RUNNING, TIMERS)
    terms = "SELECT DISTINCT policy_id, policy_version, calendar_id, calendar_version, started_at FROM sla_timers"
    assert await rows(f"{terms} WHERE clock <> 'next_reply'") == [("gold", 2, "berlin", 4, AT)]
    await tables.execute("TRUNCATE sla_timers_v1")
    await tables.execute("DELETE FROM projection_positions WHERE model = 'sla_timers'")
    async with projecting():
        await until(RUNNING, TIMERS)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
async def test_in_batches_of_any_size_and_twice_it_comes_to_the_same(reading: Settings, size: int) -> None:
    items = [delivered(event) for event in (*KEPT, *CLOSED)]
    async with await psycopg.AsyncConnection.connect(reading.database_url, autocommit=True) as connection:
        for start in (*range(0, len(items), size), *range(0, len(items), size), 3):
            for model in TICKET_STREAM.models:
                await model.write(connection, items[start : start + size], IdentityCodec())
        found = await connection.execute(TIMERS)
        assert await found.fetchall() == RUNNING
