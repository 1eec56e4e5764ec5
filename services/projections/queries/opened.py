"""An event's data with its personal values opened, as a person reads it."""

from typing import Any

from pydantic import TypeAdapter

from shared.events.personal import Personal, PersonalCodec, Unreadable

_PERSONAL: TypeAdapter[Personal] = TypeAdapter(Personal)
_MARK = "alg"


def opened(value: Any, codec: PersonalCodec, place: str) -> Any:  # noqa: ANN401 - any JSON
    """Each personal value's text in its stead; empty where no key opens it any more.

    Custom fields hold no objects, so an object with the member `alg` is always a personal value.
    """
    if isinstance(value, dict):
        if _MARK in value:
            try:
                return codec.open(_PERSONAL.validate_python(value), place=place)
            except Unreadable:
                return ""
        return {name: opened(part, codec, f"{place}/{name}") for name, part in value.items()}
    if isinstance(value, list):
        return [opened(part, codec, place) for part in value]
    return value
