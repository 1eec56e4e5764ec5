"""The kinds of records: which body each has, and how it becomes a record and a record becomes it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from services.intake.api.directory_bodies import (
    AgentBody,
    AnyBody,
    CategoryBody,
    KeywordRuleBody,
    OrganisationBody,
    RoutingPolicyBody,
    TeamBody,
)
from shared.events.directory_records import (
    KINDS,
    Agent,
    Category,
    KeywordRule,
    Organisation,
    Record,
    RoutingPolicy,
    Team,
    record_key,
)
from shared.events.personal import Personal, PersonalCodec, Unreadable

_PERSONAL = ("name", "email")
"""The fields of an agent that are personal values."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` as addresses have it, `one` as a route's name does."""

    name: str
    one: str
    body: type[AnyBody]
    record: type[Record]


KINDS_OF_RECORDS: Sequence[Kind] = tuple(
    Kind(KINDS[record], one, body, record)
    for one, body, record in (
        ("team", TeamBody, Team),
        ("agent", AgentBody, Agent),
        ("category", CategoryBody, Category),
        ("organisation", OrganisationBody, Organisation),
        ("rule", KeywordRuleBody, KeywordRule),
        ("policy", RoutingPolicyBody, RoutingPolicy),
    )
)
"""In the order in which a file has them: teams and agents name each other, and all else names those."""

_RECORDS = {kind.record: TypeAdapter(kind.record) for kind in KINDS_OF_RECORDS}


def record_of(kind: Kind, record_id: str, body: AnyBody, codec: PersonalCodec, before: Record | None) -> Record:
    """`before` is the record that it is put in place of: a personal value that stays is not sealed anew."""
    values: dict[str, object] = body.model_dump()
    if isinstance(body, AgentBody):
        for name in _PERSONAL:
            place = f"{record_key(kind.name, record_id)}/{name}"
            old = getattr(before, name) if isinstance(before, Agent) else None
            values[name] = _sealed(getattr(body, name), codec, record_id, place, old)
    record: Record = _RECORDS[kind.record].validate_python(values)
    return record


def body_of(kind: Kind, record_id: str, record: Record, codec: PersonalCodec) -> AnyBody:
    """An agent whose name no key opens any more is called by their id."""
    values = asdict(record)
    del values["type"]
    if isinstance(record, Agent):
        key = record_key(kind.name, record_id)
        values["name"] = _opened(record.name, codec, f"{key}/name") or record_id
        values["email"] = _opened(record.email, codec, f"{key}/email")
    return kind.body.model_validate(values)


def _sealed(
    text: str | None, codec: PersonalCodec, person: str, place: str, old: Personal | None
) -> Personal | None:
    if text is None or (old is not None and _opened(old, codec, place) == text):
        return old if text is not None else None
    return codec.seal(text, person=person, place=place)


def _opened(value: Personal | None, codec: PersonalCodec, place: str) -> str | None:
    if value is None:
        return None
    try:
        return codec.open(value, place=place)
    except Unreadable:
        return None
