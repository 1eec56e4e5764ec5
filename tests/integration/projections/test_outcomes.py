"""Outcomes of commands, from their topic to their rows."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.projections.consumer import OUTCOMES_GROUP
from services.projections.registry import OUTCOME_STREAM
from shared.events.outcomes import Accepted, Outcome, Refused
from tests.integration.projections.writing import Log, Rows, Running, Until
from tests.projecting import ADA, AT, TICKET

COMMAND = UUID("0189d3f4-0000-7000-8000-0000000000c1")
REFUSED = Outcome(
    COMMAND,
    "ticket",
    str(TICKET),
    1,
    ADA,
    AT,
    Refused("transition_not_allowed", "A closed ticket stays closed.", ("none",), 4, 3),
)
ACCEPTED = replace(REFUSED, decided_at=AT + timedelta(hours=1), result=Accepted(5, 4, "CF-5724"))
LATER = replace(ACCEPTED, decided_at=AT + timedelta(hours=2), result=Accepted(9, 8, "CF-5724", repeated=True))

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
