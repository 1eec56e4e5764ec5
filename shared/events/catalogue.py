"""A stream's table of contents: which type name, the storage format, is which dataclass."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from shared.events.upcasters import NO_UPCASTERS, Json, Upcasters

DataT = TypeVar("DataT")


class Undecodable(Exception):
    """A record that does not keep the contract: unknown type, missing header, value of another shape."""


class Catalogue(Generic[DataT]):
    """Encodes and decodes the data of one stream's records."""

    def __init__(self, types: Mapping[str, type[DataT]], upcasters: Upcasters = NO_UPCASTERS) -> None:
        """`upcasters` bring retired type versions to one that `types` holds."""
        self.types = dict(types)
        self.upcasters = upcasters
        self._names: dict[type[DataT], str] = {data: name for name, data in self.types.items()}
        self._adapters: dict[str, TypeAdapter[DataT]] = {
            name: TypeAdapter(data) for name, data in self.types.items()
        }
        self._dump = {data: self._adapters[name].serializer.to_json for name, data in self.types.items()}

    def name_of(self, data: DataT) -> str:
        return self._names[type(data)]

    def name_of_type(self, data_type: type[DataT]) -> str:
        return self._names[data_type]

    def encode(self, data: DataT) -> bytes:
        return self._dump[type(data)](data)

    def decode(self, name: str, value: bytes) -> DataT:
        """Raise `Undecodable` for an unknown type or a value that does not fit it.

        Unknown fields are passed over: a newer writer may have added one.
        """
        adapter = self._adapters.get(name)
        try:
            if adapter is not None:
                return adapter.validate_json(value)
            current, upcast = self._upcast(name, value)
            adapter = self._adapters.get(current)
            if adapter is None:
                raise Undecodable(f"the type {name!r} is not known here")
            return adapter.validate_python(upcast)
        except ValidationError as refusal:
            raise Undecodable(f"the value does not fit {name}: {_first_fault(refusal)}") from refusal

    def _upcast(self, name: str, value: bytes) -> tuple[str, Json]:
        try:
            return self.upcasters.upcast(name, value)
        except (LookupError, TypeError, ValueError) as fault:
            raise Undecodable(f"the value does not fit {name}: its upcaster cannot read it") from fault

    def json_schema(self, name: str) -> dict[str, Any]:
        """The schema of a type's JSON value, as readers may rely on it."""
        return self._adapters[name].json_schema(mode="serialization")


def _first_fault(refusal: ValidationError) -> str:
    """The place and kind of the first fault, without the offending value, which may be personal."""
    fault = refusal.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in fault["loc"]) or "the value"
    return f"{place}: {fault['msg']}"
