"""The ticket list by what was promised: due times, warnings, breaches and levels."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from shared.events.ticket_events import TicketClosed, TicketEventData
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaBreachRevoked, SlaTargeted, TicketEscalated
from shared.events.ticket_values import Channel, Clock, ClockTarget, CloseReason, Priority, SlaInputs
from shared.runtime.settings import Settings
from tests.integration.projections.asking import Client, asking, store
from tests.projecting import AT, OPENED, life

HOUR = timedelta(hours=1)


def running(clock: Clock, hours: int) -> ClockTarget:
    return ClockTarget(clock, 1, AT, AT + hours * HOUR)


def targeted(*clocks: ClockTarget) -> SlaTargeted:
    return SlaTargeted("standard", 0, None, 1, SlaInputs(Priority.P3, Channel.WEB), clocks)


FIRST, SOLVED = running(Clock.FIRST_RESPONSE, 4), running(Clock.RESOLUTION, 9)
MET = replace(FIRST, stopped_at=AT + HOUR)
PAUSED = replace(SOLVED, due_at=None, paused_at=AT, remaining=HOUR)
WARNED = SlaAtRisk(Clock.FIRST_RESPONSE, 1, AT + 4 * HOUR)
BROKEN = SlaBreached(Clock.FIRST_RESPONSE, 1, AT + 4 * HOUR)
LIVES: tuple[tuple[TicketEventData, ...], ...] = (
    (),
    (targeted(FIRST, SOLVED), WARNED),
    (targeted(FIRST, SOLVED), WARNED, BROKEN, TicketEscalated("k", "breach", 0, 1, 0)),
    (targeted(FIRST, SOLVED), WARNED, targeted(MET, SOLVED)),
    (targeted(FIRST, SOLVED), WARNED, BROKEN, SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, AT + 4 * HOUR, AT)),
    (targeted(MET, SOLVED), SlaAtRisk(Clock.RESOLUTION, 1, AT + 9 * HOUR), targeted(MET, PAUSED)),
    (targeted(MET, SOLVED), SlaBreached(Clock.RESOLUTION, 1, AT + 9 * HOUR), TicketClosed(CloseReason.SPAM)),
)


def number(place: int) -> UUID:
    return UUID(int=0x0189D3F4_0000_7000_8000_000000000000 + place)


@pytest.fixture
async def client(reading: Settings) -> AsyncIterator[Client]:
    for place, steps in enumerate(LIVES):
        opened = replace(OPENED, reference=f"CF-{place}")
        await store(reading, life(*steps, ticket=number(place), opened=opened))
    async with asking(reading) as ready:
        yield ready


async def test_filters_by_promises_narrow_the_list(client: Client) -> None:
    asked: Mapping[str, Mapping[str, Any]] = {
        "any broken": {"breached": "true"},
        "none broken": {"breached": "false"},
        "one clock": {"breached": "resolution"},
        "one clock or none": {"breached": ["first_response", "false"]},
        "at risk": {"at_risk": "true"},
        "not at risk": {"at_risk": "false"},
        "at risk, by search": {"at_risk": "true", "q": "monday"},
        "due soon": {"due_before": (AT + 5 * HOUR).isoformat()},
        "due later": {"due_after": (AT + 5 * HOUR).isoformat()},
        "bounds": {"due_after": (AT + 9 * HOUR).isoformat(), "due_before": (AT + 9 * HOUR).isoformat()},
        "escalated": {"escalation_level": [1, 2, 3]},
        "not escalated and broken": {"escalation_level": 0, "breached": "true"},
    }
    found = {name: await client.ids(sort="created_at", **query) for name, query in asked.items()}
    assert found == {
        "any broken": ["CF-2", "CF-6"],
        "none broken": ["CF-0", "CF-1", "CF-3", "CF-4", "CF-5"],
        "one clock": ["CF-6"],
        "one clock or none": ["CF-0", "CF-1", "CF-2", "CF-3", "CF-4", "CF-5"],
        "at risk": ["CF-1", "CF-5"],
        "not at risk": ["CF-0", "CF-2", "CF-3", "CF-4", "CF-6"],
        "at risk, by search": ["CF-1", "CF-5"],
        "due soon": ["CF-1", "CF-2"],
        "due later": ["CF-3", "CF-4"],
        "bounds": [],
        "escalated": ["CF-2"],
        "not escalated and broken": ["CF-6"],
    }


async def test_what_is_due_first_comes_first_and_what_is_not_due_comes_last(client: Client) -> None:
    assert await client.ids(sort="due_at,created_at") == ["CF-1", "CF-2", "CF-3", "CF-4", "CF-0", "CF-5", "CF-6"]
    assert await client.ids(sort="-due_at,created_at") == ["CF-3", "CF-4", "CF-1", "CF-2", "CF-0", "CF-5", "CF-6"]


async def test_a_question_for_what_is_due_is_answered_from_its_index(client: Client, reading: Settings) -> None:
    del client
    asked = (
        "EXPLAIN SELECT id FROM tickets WHERE "
        "least(first_response_due_at, next_reply_due_at, resolution_due_at) < now()"
    )
    async with await psycopg.AsyncConnection.connect(reading.database_url, autocommit=True) as connection:
        await connection.execute("SET enable_seqscan = off")
        plan = await (await connection.execute(asked)).fetchall()
    assert any("tickets_v1_due" in line for (line,) in plan), plan
