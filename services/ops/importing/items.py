"""From a row to the item that the bulk route takes; pure."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from services.intake.api.bulk_bodies import ImportItem
from services.ops.importing.mapping import TicketMapping
from services.ops.importing.names import Kind
from services.ops.importing.origins import From
from services.ops.importing.values import BadValue, Reading

_PROPERTY = {"team_id": "team", "assignee_id": "assignee"}
"""Names of the route that the mapping file has shorter."""


def item_of(  # noqa: PLR0913 - what a row needs to know of its ticket's others
    mapping: TicketMapping,
    reading: Reading,
    values: Mapping[str, object],
    *,
    source: str,
    external: str,
    row: int,
    reassignments: int,
    resolved_at: datetime | None,
) -> ImportItem:
    """Raise `BadValue`, naming the column. `resolved_at`: what stands in where the row has none."""
    found: dict[str, object] = {
        "subject": reading.text(values, mapping.subject),
        "description": reading.text(values, mapping.description),
        "status": reading.text(values, mapping.status),
        "channel": reading.text(values, mapping.channel),
        "priority": reading.text(values, mapping.priority),
        "category": reading.text(values, mapping.category),
        "team_id": reading.identifier(values, mapping.team, Kind.TEAM),
        "assignee_id": reading.identifier(values, mapping.assignee, Kind.PERSON),
        "opened_at": reading.time(values, mapping.opened_at),
        "resolved_at": reading.time(values, mapping.resolved_at) or resolved_at,
        "closed_at": reading.time(values, mapping.closed_at),
    }
    said = {name: value for name, value in found.items() if value is not None}
    for needed in ("subject", "status", "opened_at"):
        if needed not in said:
            raise BadValue(_origin(mapping, needed).column, f"a ticket needs its {needed}")
    try:
        return ImportItem.model_validate(
            {
                **said,
                "op": "import",
                "source": source,
                "external": external,
                "row": row,
                "occurred_at": _occurred_at(mapping, reading, values, found),
                "requester": _requester(mapping, reading, values),
                "tags": _tags(mapping, reading, values),
                "fields": _fields(mapping, reading, values),
                "reassignments": reassignments,
            }
        )
    except ValidationError as refusal:
        faults = refusal.errors(include_url=False)
        # a field may be of several types: its text is too long, which says more than that it is no number
        fault = next((one for one in faults if not one["type"].endswith("_type")), faults[0])
        raise BadValue(_column(mapping, fault["loc"]), fault["msg"].removeprefix("Value error, ")) from refusal


def _occurred_at(
    mapping: TicketMapping, reading: Reading, values: Mapping[str, object], found: Mapping[str, object]
) -> datetime:
    """A ticket that does not say when it was written was so when the last thing happened to it."""
    written = reading.time(values, mapping.occurred_at)
    if written is not None:
        return written
    if mapping.rows == "history":
        raise BadValue(None if mapping.occurred_at is None else mapping.occurred_at.column, "a row needs its time")
    times = (found[name] for name in ("opened_at", "resolved_at", "closed_at"))
    return max(time for time in times if isinstance(time, datetime))


def _requester(mapping: TicketMapping, reading: Reading, values: Mapping[str, object]) -> dict[str, str]:
    origin = mapping.requester
    found = {
        "id": reading.identifier(values, origin.id, Kind.PERSON),
        "name": reading.text(values, origin.name),
        "email": reading.text(values, origin.email),
    }
    if found["id"] is None and found["email"] is None:
        known_by = origin.id or origin.email
        raise BadValue(None if known_by is None else known_by.column, "a ticket needs its requester")
    return {name: value for name, value in found.items() if value is not None}


def _tags(mapping: TicketMapping, reading: Reading, values: Mapping[str, object]) -> list[str]:
    return list(dict.fromkeys(tag for origin in mapping.tags for tag in reading.texts(values, origin)))


def _fields(mapping: TicketMapping, reading: Reading, values: Mapping[str, object]) -> dict[str, object]:
    found = ((name, reading.raw(values, column)) for name, column in mapping.fields.items())
    return {name: value for name, value in found if value is not None}


def _origin(mapping: TicketMapping, name: str) -> From:
    origin = getattr(mapping, _PROPERTY.get(name, name), None)
    return origin if isinstance(origin, From) else From(value=name)


def _column(mapping: TicketMapping, place: tuple[int | str, ...]) -> str | None:
    """The file's own name of what the route names otherwise."""
    name, *rest = map(str, place)
    if name == "fields" and rest:
        return mapping.fields.get(rest[0], rest[0])
    if name == "requester" and rest:
        origin = getattr(mapping.requester, rest[0], None)
        return origin.column if isinstance(origin, From) else None
    return _origin(mapping, name).column or name
