"""From what an export says of a message to the message that is sent; pure."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from services.intake.api.bodies import RequesterBody
from services.intake.api.bulk_bodies import ImportedMessageBody
from services.ops.importing.message_mapping import MessagesFrom
from services.ops.importing.names import Kind
from services.ops.importing.origins import From
from services.ops.importing.values import BadValue, Reading, nested
from shared.events.envelope import ActorKind
from shared.events.identity import normalised_address, requester_id
from shared.events.ticket_values import BodyFormat

_SAID = {"true": True, "false": False}


def message_of(
    form: MessagesFrom, reading: Reading, values: Mapping[str, object], requester: RequesterBody
) -> ImportedMessageBody | None:
    """None: it has no text. Raise `BadValue`, naming the column."""
    body = reading.text(values, form.body)
    if body is None:
        return None
    at = reading.time(values, form.at)
    if at is None:
        raise BadValue(_column(form.at), "a message needs its time")
    given = {
        "author": _author(form, reading, values, requester),
        "body": body,
        "format": BodyFormat.TEXT if form.format is None else _needed(form.format, "format", reading, values),
        "at": at,
        "internal": _internal(form, reading, values),
    }
    try:
        return ImportedMessageBody.model_validate(given)
    except ValidationError as refusal:
        fault = refusal.errors(include_url=False)[0]
        place = fault["loc"][-1] if fault["loc"][0] == "author" else fault["loc"][0]
        origin = getattr(form, "author" if place == "id" else str(place))
        raise BadValue(_column(origin), fault["msg"].removeprefix("Value error, ")) from refusal


def listed(column: str, values: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The objects of a list, in order; no list is an empty one."""
    found = nested(values, column)
    if found is None:
        return
    if not isinstance(found, list):
        raise BadValue(column, "one value, where a list of messages is expected")
    for number, one in enumerate(found, 1):
        if not isinstance(one, Mapping):
            raise BadValue(column, f"message {number} is not an object")
        yield one


def _author(
    form: MessagesFrom, reading: Reading, values: Mapping[str, object], requester: RequesterBody
) -> Mapping[str, str]:
    """Where the export has no word for it, the ticket's requester is one, and everybody else an agent.

    A requester who is known by an address has the id that is derived from it, as where tickets are opened.
    """
    said = reading.identifier(values, form.author, Kind.PERSON)
    if said is None:
        raise BadValue(form.author.column, "a message needs its author")
    known = requester.id or requester_id(requester.email or "")
    asks = said == requester.id or (
        requester.email is not None and normalised_address(said) == normalised_address(requester.email)
    )
    if form.kind is not None:
        kind = _needed(form.kind, "kind", reading, values)
    else:
        kind = ActorKind.REQUESTER if asks else ActorKind.AGENT
    if asks:
        return {"kind": kind, "id": known}
    return {"kind": kind, "id": requester_id(said) if kind == ActorKind.REQUESTER and "@" in said else said}


def _internal(form: MessagesFrom, reading: Reading, values: Mapping[str, object]) -> bool:
    """Nothing is shown to a requester because a column was left empty."""
    if form.internal is None:
        return False
    said = _needed(form.internal, "internal", reading, values)
    internal = _SAID.get(said.strip().lower())
    if internal is None:
        raise BadValue(form.internal.column, f"{said!r} is neither true nor false")
    return internal


def _needed(origin: From, name: str, reading: Reading, values: Mapping[str, object]) -> str:
    said = reading.text(values, origin)
    if said is None:
        raise BadValue(origin.column, f"a message says its `{name}`, or the mapping's `otherwise` does")
    return said


def _column(origin: From | None) -> str | None:
    return None if origin is None else origin.column
