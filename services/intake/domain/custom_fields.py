"""Custom fields: their definitions, and what a value must be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.intake.domain.rejected import Rejected
from shared.events.ticket_values import FieldValue


class FieldType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"


class Required(StrEnum):
    """When a value must be there."""

    NEVER = "never"
    TO_OPEN = "to_open"
    TO_RESOLVE = "to_resolve"


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """`choices` belong to the type `choice` alone. A text has at most `max_length` characters."""

    name: str
    type: FieldType
    required: Required = Required.NEVER
    choices: tuple[str, ...] = ()
    max_length: int = 1000


def check_values(definitions: Mapping[str, FieldDefinition], values: Mapping[str, FieldValue | None]) -> None:
    """Raise `Rejected` for a value that does not fit its definition; a field without one takes any value."""
    for name, value in values.items():
        definition = definitions.get(name)
        if definition is None or value is None:
            continue
        wanted = _fault(definition, value)
        if wanted is not None:
            raise Rejected("invalid_field", f"The field {name} must be {wanted}.")


def check_required(
    definitions: Iterable[FieldDefinition], values: Mapping[str, FieldValue], moment: Required
) -> None:
    """Raise `Rejected` where a field that `moment` needs has no value."""
    missing = [d.name for d in definitions if d.required is moment and values.get(d.name) in (None, "")]
    if missing:
        verb = "open" if moment is Required.TO_OPEN else "resolve"
        raise Rejected("required_field", f"To {verb} the ticket, fill in: {', '.join(missing)}.")


def _fault(definition: FieldDefinition, value: FieldValue) -> str | None:
    """What the value should be, or None where it is."""
    match definition.type:
        case FieldType.TEXT:
            fits = isinstance(value, str) and len(value) <= definition.max_length
            return None if fits else f"a text of at most {definition.max_length} characters"
        case FieldType.INTEGER:
            return None if type(value) is int else "a whole number"
        case FieldType.NUMBER:
            return None if type(value) in (int, float) else "a number"
        case FieldType.BOOLEAN:
            return None if isinstance(value, bool) else "true or false"
        case FieldType.DATE:
            return None if isinstance(value, str) and _is_date(value) else "a date such as 2026-02-28"
        case FieldType.CHOICE:
            return None if value in definition.choices else f"one of: {', '.join(definition.choices)}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
