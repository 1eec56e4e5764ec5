"""Records and bodies: personal values are sealed once, stay while they stay, and may be gone."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.intake.api.directory_bodies import AgentBody, AnyBody
from services.intake.api.directory_kinds import KINDS_OF_RECORDS, Kind, body_of, record_of
from shared.events.directory_records import Agent, Record
from shared.events.personal import IdentityCodec, Plain, Sealed, Unreadable
from tests.directing import RECORDS

(AGENTS,) = (kind for kind in KINDS_OF_RECORDS if kind.record is Agent)
KEY = UUID(int=7)


class Sealing:
    """Never seals to the same twice, as a real one; `gone` are the places that it has no key for any more."""

    def __init__(self) -> None:
        self.count = 0
        self.gone: set[str] = set()

    def seal(self, text: str, *, person: str, place: str) -> Plain | Sealed:
        self.count += 1
        return Sealed(KEY, str(self.count), f"{person}:{place}:{text}")

    def open(self, value: Plain | Sealed, *, place: str) -> str:
        if place in self.gone or not isinstance(value, Sealed):
            raise Unreadable(place)
        return value.ciphertext.split(":", 2)[2]


def made(codec: Sealing, before: Record | None = None, **fields: object) -> Agent:
    body = AgentBody.model_validate({"name": "Ada", "team_id": "support", "email": "ada@b.example", **fields})
    record = record_of(AGENTS, "ada", body, codec, before)
    assert isinstance(record, Agent)
    return record


def test_personal_values_are_sealed_at_their_place() -> None:
    assert made(Sealing()) == Agent(
        name=Sealed(KEY, "1", "ada:agents/ada/name:Ada"),
        email=Sealed(KEY, "2", "ada:agents/ada/email:ada@b.example"),
        team_id="support",
    )


def test_a_value_that_stays_is_not_sealed_anew() -> None:
    codec = Sealing()
    before = made(codec)
    assert made(codec, before) == before
    assert made(codec, before, name="Ada King") == replace(
        before, name=Sealed(KEY, "3", "ada:agents/ada/name:Ada King")
    )
    assert made(codec, before, email=None) == replace(before, email=None)


def test_an_agent_whose_name_nobody_can_read_any_more_has_an_id() -> None:
    codec = Sealing()
    record = made(codec)
    codec.gone = {"agents/ada/name", "agents/ada/email"}
    assert body_of(AGENTS, "ada", record, codec) == AgentBody(name="ada", team_id="support")


@pytest.mark.parametrize("key", RECORDS)
def test_a_record_is_what_its_body_says(key: str) -> None:
    kind: Kind = next(kind for kind in KINDS_OF_RECORDS if key.startswith(f"{kind.name}/"))
    body: AnyBody = body_of(kind, "x", RECORDS[key], IdentityCodec())
    assert record_of(kind, "x", body, IdentityCodec(), None) == RECORDS[key]
    assert kind.body.model_validate_json(body.model_dump_json()) == body
