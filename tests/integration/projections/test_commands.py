"""What became of a command, to the one who sent it and to those who may read everything."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from services.projections.writes import command_outcomes
from shared.events.outcomes import Accepted, Outcome, Refused
from shared.events.personal import IdentityCodec
from shared.runtime.settings import Settings
from tests.integration.projections.asking import RITA, SAM, STAFF, Client, asking
from tests.projecting import AT, TICKET
from tests.projecting import RITA as RITA_ACTS

COMMAND = UUID("0189d3f4-0000-7000-8000-0000000000c1")
OTHER = UUID("0189d3f4-0000-7000-8000-0000000000c2")
ACCEPTED = Outcome(COMMAND, "ticket", str(TICKET), 1, RITA_ACTS, AT, Accepted(2, 2, "CF-5724"))
REFUSED = replace(
    ACCEPTED, command_id=OTHER, result=Refused("transition_not_allowed", "It is closed.", ("none",), 4, 4)
)


@pytest.fixture
async def client(reading: Settings) -> AsyncIterator[Client]:
    async with await psycopg.AsyncConnection.connect(reading.database_url) as connection:
        await command_outcomes.write(connection, [ACCEPTED, REFUSED], IdentityCodec())
    async with asking(reading) as ready:
        yield ready


async def test_outcomes_are_told(client: Client) -> None:
    assert (await client.get(f"/v1/commands/{COMMAND}", RITA)).json() == {
        "command_id": str(COMMAND),
        "state": "accepted",
        "stream": "ticket",
        "subject": str(TICKET),
        "decided_at": "2026-01-05T09:00:00Z",
        "version": 2,
        "conversation_version": 2,
        "reference": "CF-5724",
        "follow_up_id": None,
        "code": None,
        "detail": None,
        "allowed": [],
    }
    refused = (await client.get(f"/v1/commands/{OTHER}", STAFF)).json()
    assert (refused["state"], refused["code"], refused["allowed"]) == (
        "refused",
        "transition_not_allowed",
        ["none"],
    )


async def test_anothers_command_is_as_unknown_as_one_that_never_was(client: Client) -> None:
    anothers = await client.get(f"/v1/commands/{COMMAND}", SAM)
    never = await client.get(f"/v1/commands/{TICKET}", SAM)
    assert (anothers.status_code, anothers.text) == (404, never.text)


async def test_the_last_step_answers_for_a_command_that_goes_on_elsewhere(
    reading: Settings, client: Client
) -> None:
    asked, under_way = (UUID(int=number) for number in (0xC3, 0xC4))
    reserved = replace(
        ACCEPTED, command_id=asked, stream="agent", subject="ada", result=Accepted(7, 0, continued_by=COMMAND)
    )
    waiting = replace(reserved, command_id=under_way, result=Accepted(8, 0, continued_by=UUID(int=0xC5)))
    async with await psycopg.AsyncConnection.connect(reading.database_url) as connection:
        await command_outcomes.write(connection, [reserved, waiting], IdentityCodec())
    found = (await client.get(f"/v1/commands/{asked}", STAFF)).json()
    assert (found["command_id"], found["subject"], found["version"]) == (str(asked), str(TICKET), 2)
    assert (await client.get(f"/v1/commands/{under_way}", STAFF)).status_code == 404
