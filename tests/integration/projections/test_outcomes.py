"""Outcomes of commands, from their topic to their rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from services.projections.groups import OUTCOMES_GROUP
from services.projections.registry import OUTCOME_STREAM
from services.projections.writes.command_outcomes import expire, write
from shared.events.outcomes import Accepted, Outcome, Refused
from shared.events.personal import IdentityCodec
from tests.integration.projections.writing import Log, Rows, Running, Until
from tests.projecting import ADA, TICKET

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
COMMAND = UUID("0189d3f4-0000-7000-8000-0000000000c1")
REFUSED = Outcome(
    COMMAND,
    "ticket",
    str(TICKET),
    1,
    ADA,
    NOW,
    Refused("transition_not_allowed", "A closed ticket stays closed.", ("none",), 4, 3),
)
ACCEPTED = replace(REFUSED, decided_at=NOW + timedelta(hours=1), result=Accepted(5, 4, "CF-5724"))
LATER = replace(ACCEPTED, decided_at=NOW + timedelta(hours=2), result=Accepted(9, 8, "CF-5724", repeated=True))

SHOWN = "SELECT command_id, accepted, version, code, detail, allowed, reference FROM command_outcomes"
REFUSED_ROW = (COMMAND, False, 4, "transition_not_allowed", "A closed ticket stays closed.", ["none"], None)
ACCEPTED_ROW: tuple[object, ...] = (COMMAND, True, 5, None, None, [], "CF-5724")


async def test_an_acceptance_takes_the_place_of_a_refusal_and_then_stands(
    log: Log, projecting: Running, rows: Rows, until: Until
) -> None:
    async with projecting(OUTCOME_STREAM, OUTCOMES_GROUP):
        log.outcome(REFUSED)
        await until([REFUSED_ROW], SHOWN)
        log.outcome(ACCEPTED)
        await until([ACCEPTED_ROW], SHOWN)
        log.outcome(LATER)
        log.outcome(replace(REFUSED, command_id=TICKET))
        await until([(2,)], "SELECT count(*) FROM command_outcomes")
    assert ACCEPTED_ROW in await rows(SHOWN)


async def test_copies_are_passed_over(log: Log, projecting: Running, rows: Rows, until: Until) -> None:
    log.outcome(replace(REFUSED, command_id=TICKET), copy=True)
    log.outcome(REFUSED)
    async with projecting(OUTCOME_STREAM, OUTCOMES_GROUP):
        await until([REFUSED_ROW], SHOWN)
    assert await rows("SELECT next_offset > 0 FROM projection_positions WHERE partition = 0") == [(True,)]


MANY = """
INSERT INTO command_outcomes_v1
    (command_id, partition, stream, subject, actor_kind, actor_id, decided_at, accepted, allowed)
SELECT gen_random_uuid(), 0, 'ticket', 'x', 'agent', 'ada', now() - %s::interval - n * interval '1 s', true, '{}'
FROM generate_series(1, %s) AS n
"""
LEFT = "SELECT count(*) FROM command_outcomes"


async def test_a_projector_deletes_what_is_older_than_its_topic_keeps(
    tables: psycopg.AsyncConnection[tuple[Any, ...]], log: Log, projecting: Running, until: Until
) -> None:
    # given an outcome whose week is over, and one whose is not
    old, young = (
        replace(REFUSED, command_id=TICKET, decided_at=NOW - 8 * DAY),
        replace(REFUSED, decided_at=NOW - 6 * DAY),
    )
    await write(tables, [old, young], IdentityCodec())
    await until([(2,)], LEFT)
    # when a projector begins to work, then as every minute
    async with projecting(OUTCOME_STREAM, OUTCOMES_GROUP):
        await until([REFUSED_ROW], SHOWN)
        # then it goes on with what comes
        log.outcome(ACCEPTED)
        await until([ACCEPTED_ROW], SHOWN)


async def test_old_outcomes_go_some_thousands_at_a_time_and_by_an_index(
    tables: psycopg.AsyncConnection[tuple[Any, ...]], rows: Rows
) -> None:
    await tables.execute(MANY, (7 * DAY, 7_000))
    await tables.execute(MANY, (timedelta(), 20_000))
    await tables.execute("ANALYZE command_outcomes_v1")
    # another writer's row is left for later
    async with await psycopg.AsyncConnection.connect(tables.info.dsn) as other:
        await other.execute("SELECT FROM command_outcomes_v1 ORDER BY decided_at LIMIT 1 FOR UPDATE")
        assert [await expire(tables), await expire(tables)] == [True, False]
        assert await rows(LEFT) == [(20_001,)]
    assert await expire(tables) is False
    assert await rows(LEFT) == [(20_000,)]
    await tables.execute("ANALYZE command_outcomes_v1")
    plan = await rows("EXPLAIN SELECT FROM command_outcomes_v1 WHERE decided_at < now() - interval '7 days'")
    assert "command_outcomes_v1_decided_at" in "\n".join(line for (line,) in plan)
