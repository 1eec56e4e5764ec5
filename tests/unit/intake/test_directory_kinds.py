"""Records and bodies: personal values are sealed once, stay while they stay, and may be gone."""

from dataclasses import replace
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.intake.api.directory_bodies import AgentBody, AnyBody, KeywordRuleBody, RoutingPolicyBody
from services.intake.api.directory_copies import body_of, record_of
from services.intake.api.directory_kinds import KINDS_OF_RECORDS, opened
from services.intake.api.directory_promise_bodies import EscalationRuleBody, SlaPolicyBody
from shared.events.directory_records import Agent, Record
from shared.events.personal import IdentityCodec, Plain, Sealed, Unreadable
from tests.directing import RECORDS

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
    record = record_of("ada", body, codec, before)
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
    assert body_of("ada", record, codec) == AgentBody(name="ada", team_id="support")


@pytest.mark.parametrize("key", RECORDS)
def test_a_record_is_what_its_document_says(key: str) -> None:
    kind = next(kind for kind in KINDS_OF_RECORDS if key.startswith(f"{kind.name}/"))
    body = body_of("x", RECORDS[key], IdentityCodec())
    assert record_of("x", body, IdentityCodec(), None) == RECORDS[key]
    assert kind.read(body.model_dump(mode="json", exclude_defaults=True)) == body
    assert opened(kind.document.model_validate_json(body.model_dump_json())) == body


KIND = {kind.name: kind for kind in KINDS_OF_RECORDS}
KEYWORD = {"words": ["fire"], "tags": ["urgent"]}
ESCALATION = {"when": {"trigger": "at_risk"}, "steps": ["page"]}
SLA = {"targets": [{"priority": "P1", "resolution_minutes": 60}]}


@pytest.mark.parametrize(
    ("kind", "given", "body"),
    [
        ("rules", KEYWORD, KeywordRuleBody),
        ("rules", {"type": "keyword_rule", **KEYWORD}, KeywordRuleBody),
        ("rules", {"type": "escalation_rule", **ESCALATION}, EscalationRuleBody),
        ("policies", {}, RoutingPolicyBody),
        ("policies", {"type": "routing_policy"}, RoutingPolicyBody),
        ("policies", SLA, SlaPolicyBody),
        ("policies", {"type": "sla_policy", **SLA}, SlaPolicyBody),
    ],
)
def test_a_document_is_of_the_type_that_it_says(kind: str, given: object, body: type[AnyBody]) -> None:
    assert type(KIND[kind].read(given)) is body


@pytest.mark.parametrize(
    ("kind", "given", "faults"),
    [
        ("rules", ESCALATION, ["missing", "missing", "extra_forbidden", "extra_forbidden"]),
        ("rules", {"type": "rule"}, ["value_error"]),
        ("rules", {"type": ["keyword_rule"]}, ["value_error"]),
        ("rules", "fire", ["model_type"]),
        ("policies", {"type": "sla_policy"}, ["missing"]),
        ("policies", {"type": "routing_policy", **SLA}, ["extra_forbidden"]),
    ],
)
def test_a_document_of_no_type_is_refused(kind: str, given: object, faults: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        KIND[kind].read(given)
    assert [fault["type"] for fault in refusal.value.errors()] == faults
