"""Agents, their skills and teams: three streams from their topics to one row an agent."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.projections.groups import AGENTS_GROUP, DIRECTORY_GROUP, PRESENCE_GROUP
from services.projections.read_models.delivered import Placed
from services.projections.registry import AGENT_STREAM, DIRECTORY_STREAM, PRESENCE_STREAM
from shared.events.agent import (
    AGENT_EVENTS,
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    ReleaseReason,
    SlotPurpose,
    SlotReleased,
    SlotReserved,
)
from shared.events.directory import (
    DIRECTORY_EVENTS,
    ApiKeyIssued,
    ApiKeyRole,
    RecordRemoved,
    RecordSaved,
)
from shared.events.directory_hours import OutOfOffice
from shared.events.directory_records import Agent, Category, Team, Visibility
from shared.events.envelope import Event
from shared.events.personal import IdentityCodec, Plain
from shared.events.presence import PRESENCE_EVENTS
from shared.events.routing import Presence, PresenceChanged
from shared.events.ticket_values import Tier
from shared.runtime.projecting.stream import Stream
from shared.runtime.settings import Settings
from tests.integration.projections.writing import Log, Rows, Running, Until
from tests.projecting import AT, MINUTE, TICKET, told

SLOT = UUID("0189d3f4-0000-7000-8000-0000000000aa")
LIMITED = AgentLimitSet(7, active=True, directory_version=1)
RESERVED = SlotReserved(SLOT, TICKET, SlotPurpose.ROUTED, load=2, max_load=7)
RELEASED = SlotReleased(SLOT, TICKET, ReleaseReason.LEFT, load=1)

ADA = Agent(
    Plain("Ada Łove\x00"),
    "support",
    Tier.SENIOR,
    7,
    Plain("ada@example.com"),
    skills={"printers": 4, "fire": 2},
    languages=("en", "de"),
    out_of_office=OutOfOffice(AT),
    visibility=Visibility.TEAM,
)
LEA = Agent(Plain("Lea"), "support", Tier.LEAD)
BEN = Agent(Plain("Ben"), "billing", manager_id="ada", active=False)

DIRECTORY: Sequence[Event[Any]] = (
    told("0189d3f4-0000-7000-8000-0000000000f1", ApiKeyIssued("mail", ApiKeyRole.SERVICE, "00"), 1),
    told("teams/support", RecordSaved(Team("Support")), 1),
    told("teams/billing", RecordSaved(Team("Billing", fallback_team_id="support")), 1),
    told("categories/ada", RecordSaved(Category("support")), 1),
    told("agents/ada", RecordSaved(replace(ADA, skills={"printers": 1})), 1),
    told("agents/lea", RecordSaved(LEA), 1),
    told("agents/ben", RecordSaved(BEN), 1),
    told("agents/gone", RecordSaved(BEN), 1),
    told("teams/support", RecordSaved(Team("Support", ("lea", "ada"))), 2),
    told("agents/ada", RecordSaved(ADA), 2),
    told("agents/gone", RecordRemoved(), 2),
)
AGENTS: Sequence[Event[Any]] = (
    told("ada", LIMITED, 1),
    told("ada", AgentStatusSet(AgentStatus.ONLINE), 2),
    told("ada", RESERVED, 3),
    told("ada", RELEASED, 4),
    told("lea", AgentStatusSet(AgentStatus.BUSY), 1),
)
PRESENCES: Sequence[Event[Any]] = (
    told("ada", PresenceChanged(Presence.ABSENT, AT), 1),
    told("ada", PresenceChanged(Presence.PRESENT, AT + MINUTE), 2),
)

SHOWN = "SELECT * FROM agents ORDER BY id"
ADAS: tuple[Any, ...] = (
    "ada",
    "Ada Łove\ufffd",
    "ada@example.com",
    "support",
    "senior",
    "lea",
    7,
    ["en", "de"],
)
BENS: tuple[Any, ...] = ("ben", "Ben", None, "billing", "agent", "ada", 5, [])
LEAS: tuple[Any, ...] = ("lea", "Lea", None, "support", "lead", None, 5, [])
IN_TIME: list[tuple[Any, ...]] = [
    (*ADAS, AT, None, "team", True, "online", 1, "present", AT + MINUTE, 2),
    (*BENS, None, None, "all", False, "offline", 0, "absent", None, 1),
    (*LEAS, None, None, "all", True, "busy", 0, "absent", None, 1),
]
SKILLS = "SELECT agent_id, skill, proficiency FROM agent_skills ORDER BY agent_id, skill"
TEAMS = "SELECT id, name, leads, fallback_team_id, version FROM teams ORDER BY id"
HELD = [("ada", "fire", 2), ("ada", "printers", 4)]
THERE = [("billing", "Billing", [], "support", 1), ("support", "Support", ["lea", "ada"], None, 2)]

FOLLOWED: Sequence[tuple[Stream[Any], str]] = (
    (DIRECTORY_STREAM, DIRECTORY_GROUP),
    (AGENT_STREAM, AGENTS_GROUP),
    (PRESENCE_STREAM, PRESENCE_GROUP),
)


async def test_three_topics_become_one_row_an_agent(
    log: Log, projecting: Running, rows: Rows, until: Until
) -> None:
    log.tell("agent.events", AGENT_EVENTS, *AGENTS[:3])
    log.tell("presence.events", PRESENCE_EVENTS, *PRESENCES)
    async with AsyncExitStack() as projectors:
        await asyncio.gather(*(projectors.enter_async_context(projecting(*each)) for each in FOLLOWED))
        await until([("ada", "online", 2)], "SELECT agent_id, status, load FROM agent_loads")
        log.tell("directory.events", DIRECTORY_EVENTS, *DIRECTORY)
        log.tell("agent.events", AGENT_EVENTS, *AGENTS[3:])
        await until(IN_TIME, SHOWN)
    assert await rows(SKILLS) == HELD
    assert await rows(TEAMS) == THERE


async def test_what_cannot_be_read_keeps_later_events_of_the_same_record_waiting(
    log: Log, projecting: Running, rows: Rows, until: Until
) -> None:
    log.tell("directory.events", DIRECTORY_EVENTS, *DIRECTORY[:5])
    log.producer.begin_transaction()
    log.producer.produce(log.settings.topic("directory.events"), key=b"agents/ada", value=b"{}", headers=[])
    log.producer.commit_transaction()
    log.tell("directory.events", DIRECTORY_EVENTS, *DIRECTORY[5:])
    async with projecting(DIRECTORY_STREAM, DIRECTORY_GROUP):
        await until([("ada", 1), ("ben", 1), ("lea", 1)], "SELECT id, version FROM agents ORDER BY id")
        await until([("agents/ada", 2)], "SELECT subject, count(*) FROM parked_events GROUP BY subject")
    assert await rows("SELECT DISTINCT consumer_group FROM parked_events") == [(DIRECTORY_GROUP,)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_in_any_order_and_twice_it_comes_to_the_same(reading: Settings, order: tuple[int, ...]) -> None:
    streams = ((DIRECTORY_STREAM, DIRECTORY), (AGENT_STREAM, AGENTS), (PRESENCE_STREAM, PRESENCES))
    async with await psycopg.AsyncConnection.connect(reading.database_url, autocommit=True) as connection:
        for _ in range(2):
            for stream, events in (streams[which] for which in order):
                for size in (1, 2, len(events)):
                    await _write(connection, stream, events, size)
        assert await _shown(connection, SHOWN) == IN_TIME
        assert await _shown(connection, SKILLS) == HELD
        assert await _shown(connection, TEAMS) == THERE
        old = [Placed(0, 4, DIRECTORY[4]), Placed(0, 7, DIRECTORY[7])]
        for model in DIRECTORY_STREAM.models:
            await model.write(connection, old, IdentityCodec())
        assert await _shown(connection, SHOWN) == IN_TIME
        assert await _shown(connection, SKILLS) == HELD


async def _write(
    connection: psycopg.AsyncConnection[Any], stream: Stream[Any], events: Sequence[Event[Any]], size: int
) -> None:
    """In batches of `size`; what the stream's reader passes over is passed over."""
    told_of = [
        Placed(0, offset, event) for offset, event in enumerate(events) if not isinstance(event.data, ApiKeyIssued)
    ]
    for start in range(0, len(told_of), size):
        for model in stream.models:
            await model.write(connection, told_of[start : start + size], IdentityCodec())


async def _shown(connection: psycopg.AsyncConnection[Any], query: str) -> list[tuple[Any, ...]]:
    found = await connection.execute(query.encode())
    return await found.fetchall()
