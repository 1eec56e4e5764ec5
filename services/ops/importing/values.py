"""From a row to the values that the mapping asks of it; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from string import Formatter

from services.ops.importing.mapping import ISO
from services.ops.importing.names import Kind, Names
from services.ops.importing.origins import From


class BadValue(Exception):
    """A value of the row does not hold; `column` names it as the file does."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts are read: `unknown` means nothing; a time without an offset is one of `zone`."""

    unknown: frozenset[str]
    times: str
    zone: tzinfo
    names: Names = field(default_factory=Names)

    def raw(self, values: Mapping[str, object], column: str) -> str | int | float | bool | None:
        """Raise `BadValue` where the column is not there or holds what a property cannot have."""
        value = nested(values, column)
        if isinstance(value, str):
            if value.strip() == "" or value.strip() in self.unknown:
                return None
            try:
                value.encode()
            except UnicodeEncodeError:
                raise BadValue(column, "not UTF-8 text") from None
            return value
        if value is None or isinstance(value, bool | int | float):
            return value
        raise BadValue(column, "a list or an object, where one value is expected")

    def text(self, values: Mapping[str, object], origin: From | None) -> str | None:
        if origin is None:
            return None
        found = self._found(values, origin)
        if found is None:
            return origin.otherwise
        if origin.values is None:
            return found
        wanted = origin.values.get(found.strip())
        if wanted is None:
            known = ", ".join(origin.values)
            raise BadValue(origin.column, f"{found.strip()!r} is not among the mapping's values: {known}")
        return wanted

    def texts(self, values: Mapping[str, object], origin: From) -> Iterator[str]:
        """Each of a JSON list, or the one text."""
        column = origin.column
        found = None if column is None else nested(values, column)
        rows = [{column: one} for one in found] if column is not None and isinstance(found, list) else [values]
        for row in rows:
            text = self.text(row, origin)
            if text is not None:
                yield text

    def identifier(self, values: Mapping[str, object], origin: From | None, kind: Kind) -> str | None:
        found = self.text(values, origin)
        return None if found is None else self.names.id_of(kind, found)

    def time(self, values: Mapping[str, object], origin: From | None) -> datetime | None:
        found = self.text(values, origin)
        if found is None:
            return None
        try:
            read = datetime.fromisoformat(found) if self.times == ISO else datetime.strptime(found, self.times)  # noqa: DTZ007 - the zone is put in below
            return (read if read.tzinfo else read.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            form = "an ISO 8601 time" if self.times == ISO else f"a time of the form {self.times}"
            raise BadValue(None if origin is None else origin.column, f"{found!r} is not {form}") from None

    def count(self, values: Mapping[str, object], origin: From | None) -> int:
        found = self.text(values, origin)
        if found is None:
            return 0
        try:
            return int(found)
        except ValueError:
            raise BadValue(None if origin is None else origin.column, f"{found!r} is not a number") from None

    def _found(self, values: Mapping[str, object], origin: From) -> str | None:
        if origin.value is not None:
            return origin.value
        if origin.template is not None:
            return "".join(
                before + ("" if name is None else _as_text(self.raw(values, name)) or "")
                for before, name, _, _ in Formatter().parse(origin.template)
            )
        return None if origin.column is None else _as_text(self.raw(values, origin.column))


def nested(values: Mapping[str, object], column: str) -> object:
    """What the row has there; `a.b` is the `b` of the object `a`, where no column is called so.

    Raise `BadValue` where there is no such column.
    """
    found: object = {column: values[column]} if column in values else values
    for name in [column] if column in values else column.split("."):
        if found is None:
            return None
        if not isinstance(found, Mapping) or name not in found:
            raise BadValue(column, "the row has no such column")
        found = found[name]
    return found


def _as_text(value: str | float | bool | None) -> str | None:  # noqa: FBT001 - a value of a row, no switch
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
