"""Where rows go: few by single INSERTs in one trip, many by COPY into a temporary table and one INSERT from it."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from psycopg import AsyncConnection, sql

_FEW = 40
"""Up to so many rows a temporary table, which must be made, emptied and truncated, costs more than it saves."""


class Target:
    """A table, the columns that are written, and what happens where a row's key is there already.

    `conflict` is the rest of the INSERT; in it the row that is there is called `present`.
    """

    def __init__(self, table: str, columns: Sequence[str], conflict: sql.Composable | LiteralString) -> None:
        self.table = table
        self.columns = tuple(columns)
        name, staged = sql.Identifier(table), sql.Identifier(f"staged_{table}")
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        rest = sql.SQL(conflict) if isinstance(conflict, str) else conflict
        insert = sql.SQL("INSERT INTO {} AS present ({}) ").format(name, names)
        marks = sql.SQL(", ").join(sql.Placeholder() * len(self.columns))
        self._one = (insert + sql.SQL("VALUES ({}) ").format(marks) + rest).as_bytes(None)
        self._all = (insert + sql.SQL("SELECT {} FROM {} ").format(names, staged) + rest).as_bytes(None)
        self._copy = sql.SQL("COPY {} ({}) FROM STDIN").format(staged, names).as_bytes(None)
        # Emptied too: a transaction that applies records one by one may come here again.
        self._stage = (
            sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {0} (LIKE {1}) ON COMMIT DELETE ROWS; DELETE FROM {0}")
            .format(staged, name)
            .as_bytes(None)
        )

    async def put(self, connection: AsyncConnection, rows: Sequence[Sequence[object]]) -> None:
        """Rows of different keys, inside the caller's transaction."""
        if not rows:
            return
        async with connection.cursor() as cursor:
            if len(rows) <= _FEW:
                await cursor.executemany(self._one, rows)
                return
            await cursor.execute(self._stage, prepare=False)
            async with cursor.copy(self._copy) as copying:
                for row in rows:
                    await copying.write_row(row)
            await cursor.execute(self._all)


def newer(columns: Sequence[str], key: LiteralString, version: LiteralString) -> sql.Composed:
    """For `conflict`: take the row's place where its `version` is lower."""
    return sql.SQL("ON CONFLICT ({}) DO UPDATE SET {} WHERE present.{} < excluded.{}").format(
        sql.Identifier(key),
        taken(column for column in columns if column != key),
        sql.Identifier(version),
        sql.Identifier(version),
    )


def taken(columns: Iterable[str]) -> sql.Composed:
    """Each column as the new row has it."""
    return sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in columns)
