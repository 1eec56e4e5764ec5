"""Rows go to a table by COPY into a temporary one and a single INSERT from there, so that repeats do no harm."""

from collections.abc import Iterable, Sequence
from functools import cache

from psycopg import AsyncConnection, sql


async def stage(
    connection: AsyncConnection, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]
) -> str:
    """The name of a temporary table shaped like `table` that holds the rows until the transaction ends."""
    prepare, copy = _staging(table, columns)
    await connection.execute(prepare, prepare=False)
    async with connection.cursor() as cursor, cursor.copy(copy) as copying:
        for row in rows:
            await copying.write_row(row)
    return staged(table)


async def insert_missing(
    connection: AsyncConnection, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]
) -> None:
    """Add rows whose key is not there yet."""
    await stage(connection, table, columns, rows)
    await connection.execute(_insert_missing(table, columns))


async def upsert(  # noqa: PLR0913 - what to write, and when it counts
    connection: AsyncConnection,
    table: str,
    columns: tuple[str, ...],
    rows: Iterable[Sequence[object]],
    *,
    key: str,
    newer: str,
) -> None:
    """Add rows, and replace those of the same `key` whose `newer` column is lower."""
    await stage(connection, table, columns, rows)
    await connection.execute(_upsert(table, columns, key, newer))


def staged(table: str) -> str:
    return f"staged_{table}"


@cache
def _staging(table: str, columns: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Emptied too: a transaction that applies records one by one comes here again."""
    prepare = sql.SQL(
        "CREATE TEMPORARY TABLE IF NOT EXISTS {0} (LIKE {1}) ON COMMIT DELETE ROWS; DELETE FROM {0}"
    ).format(sql.Identifier(staged(table)), sql.Identifier(table))
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(staged(table)), _names(columns))
    return prepare.as_bytes(None), copy.as_bytes(None)


@cache
def _insert_missing(table: str, columns: tuple[str, ...]) -> bytes:
    return (
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING")
        .format(sql.Identifier(table), _names(columns), _names(columns), sql.Identifier(staged(table)))
        .as_bytes(None)
    )


@cache
def _upsert(table: str, columns: tuple[str, ...], key: str, newer: str) -> bytes:
    settings = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in columns if column != key
    )
    return (
        sql.SQL(
            "INSERT INTO {table} AS present ({columns}) SELECT {columns} FROM {staged} "
            "ON CONFLICT ({key}) DO UPDATE SET {settings} WHERE present.{newer} < excluded.{newer}"
        )
        .format(
            table=sql.Identifier(table),
            columns=_names(columns),
            staged=sql.Identifier(staged(table)),
            key=sql.Identifier(key),
            settings=settings,
            newer=sql.Identifier(newer),
        )
        .as_bytes(None)
    )


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
