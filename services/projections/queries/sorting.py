"""The order of a list: what can be sorted by, and how a page goes on where the one before ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from shared.runtime.http.problems import Problem

DUE = "least(first_response_due_at, next_reply_due_at, resolution_due_at)"
"""The earliest due time of a running clock; null where none runs."""

_KEYS = {
    "created_at": ("created_at", "created_at", "timestamptz"),
    "updated_at": ("updated_at", "updated_at", "timestamptz"),
    "priority": ("priority", "priority", "text"),
    "due_at": (f"coalesce({DUE}, 'infinity')", f"coalesce({DUE}, '-infinity')", "timestamptz"),
    "first_response_due_at": (
        "coalesce(first_response_due_at, 'infinity')",
        "coalesce(first_response_due_at, '-infinity')",
        "timestamptz",
    ),
    "next_reply_due_at": (
        "coalesce(next_reply_due_at, 'infinity')",
        "coalesce(next_reply_due_at, '-infinity')",
        "timestamptz",
    ),
    "resolution_due_at": (
        "coalesce(resolution_due_at, 'infinity')",
        "coalesce(resolution_due_at, '-infinity')",
        "timestamptz",
    ),
}
"""Name: expression when it rises, when it falls (tickets without a due time come last in both), and type."""

_ONE = f"-?({'|'.join(_KEYS)})"
PATTERN = f"^{_ONE}(,{_ONE})*$"
INTERNAL = frozenset({"due_at", "first_response_due_at", "next_reply_due_at", "resolution_due_at"})
"""What a requester may not sort by, since it would tell them what they may not see."""


@dataclass(frozen=True, slots=True)
class SortKey:
    name: str
    falling: bool

    @property
    def expression(self) -> sql.SQL:
        rising, falling, _ = _KEYS[self.name]
        return sql.SQL(falling if self.falling else rising)

    @property
    def type(self) -> sql.SQL:
        return sql.SQL(_KEYS[self.name][2])

    @property
    def direction(self) -> sql.SQL:
        return sql.SQL("DESC") if self.falling else sql.SQL("ASC")


def parse(text: str) -> tuple[SortKey, ...]:
    """Raise a 400 problem that says what can be sorted by. A key that comes twice counts once."""
    keys: dict[str, SortKey] = {}
    for part in text.split(","):
        name = part.removeprefix("-")
        if name not in _KEYS:
            raise Problem(
                400,
                "malformed",
                f"query.sort: {part[:40]!r} is no key to sort by; a minus in front makes one fall.",
                allowed=sorted(_KEYS),
            )
        keys.setdefault(name, SortKey(name, part.startswith("-")))
    return tuple(keys.values())


def order(keys: Sequence[SortKey]) -> sql.Composed:
    """The id ends every order, in the direction of the last key, so that an index can serve it backwards too."""
    parts = [sql.SQL("{} {}").format(key.expression, key.direction) for key in keys]
    return sql.SQL(", ").join([*parts, sql.SQL("id {}").format(keys[-1].direction)])


def after(keys: Sequence[SortKey], values: Sequence[str], last_id: str) -> tuple[sql.Composed, list[object]]:
    """The rows behind the one with these values. Raise a 400 problem where their number is another."""
    columns = [(key.expression, key.type, key.falling) for key in keys]
    columns.append((sql.SQL("id"), sql.SQL("uuid"), keys[-1].falling))
    given = [*values, last_id]
    alternatives: list[sql.Composable] = []
    parameters: list[object] = []
    for index in range(len(columns)):
        equal = [sql.SQL("{} = %s::{}").format(expression, kind) for expression, kind, _ in columns[:index]]
        expression, kind, falling = columns[index]
        beyond = sql.SQL("{} < %s::{}" if falling else "{} > %s::{}").format(expression, kind)
        alternatives.append(sql.SQL("({})").format(sql.SQL(" AND ").join([*equal, beyond])))
        parameters += given[: index + 1]
    # The first key's own bound is implied, but only said aloud does it let an index begin there.
    expression, kind, falling = columns[0]
    bound = sql.SQL("{} <= %s::{}" if falling else "{} >= %s::{}").format(expression, kind)
    return (
        sql.SQL("{} AND ({})").format(bound, sql.SQL(" OR ").join(alternatives)),
        [given[0], *parameters],
    )
