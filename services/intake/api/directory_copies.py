"""How what people write becomes a record, and a record becomes what they read."""

from dataclasses import asdict

from pydantic import TypeAdapter

from services.intake.api.directory_bodies import AgentBody, AnyBody
from services.intake.api.directory_kinds import KINDS_OF_RECORDS
from shared.events.directory_records import KINDS, Agent, Record, record_key
from shared.events.personal import Personal, PersonalCodec, Unreadable

_PERSONAL = ("name", "email")
"""The fields of an agent that are personal values."""

_BODIES = {record: body for kind in KINDS_OF_RECORDS for record, body in kind.bodies.items()}
_RECORDS = {body: TypeAdapter(record) for record, body in _BODIES.items()}


def record_of(record_id: str, body: AnyBody, codec: PersonalCodec, before: Record | None) -> Record:
    """`before` is the record that it is put in place of: a personal value that stays is not sealed anew."""
    values: dict[str, object] = body.model_dump()
    if isinstance(body, AgentBody):
        for name in _PERSONAL:
            old = getattr(before, name) if isinstance(before, Agent) else None
            values[name] = _sealed(getattr(body, name), codec, record_id, _place(record_id, name), old)
    record: Record = _RECORDS[type(body)].validate_python(values)
    return record


def body_of(record_id: str, record: Record, codec: PersonalCodec) -> AnyBody:
    """An agent whose name no key opens any more is called by their id."""
    body, values = _BODIES[type(record)], asdict(record)
    if "type" not in body.model_fields:
        del values["type"]
    if isinstance(record, Agent):
        values["name"] = _opened(record.name, codec, _place(record_id, "name")) or record_id
        values["email"] = _opened(record.email, codec, _place(record_id, "email"))
    return body.model_validate(values)


def _place(agent_id: str, name: str) -> str:
    return f"{record_key(KINDS[Agent], agent_id)}/{name}"


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
