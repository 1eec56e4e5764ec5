"""Rows go to a table by COPY into a temporary one and a single INSERT from there, so that repeats do no harm."""

from collections.abc import Iterable, Sequence

from psycopg import AsyncConnection, sql


async def stage(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> sql.Identifier:
    """The name of a temporary table shaped like `table` that holds the rows until the transaction ends."""
    staged = sql.Identifier(f"staged_{table}")
    # Emptied too: a transaction that applies records one by one comes here again.
    await connection.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE IF NOT EXISTS {0} (LIKE {1}) ON COMMIT DELETE ROWS; DELETE FROM {0}"
        ).format(staged, sql.Identifier(table))
    )
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(staged, _names(columns))
    async with connection.cursor() as cursor, cursor.copy(copy) as copying:
        for row in rows:
            await copying.write_row(row)
    return staged


async def insert_missing(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Add rows whose key is not there yet."""
    staged = await stage(connection, table, columns, rows)
    await connection.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
            sql.Identifier(table), _names(columns), _names(columns), staged
        )
    )


async def upsert(  # noqa: PLR0913 - what to write, and when it counts
    connection: AsyncConnection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    key: str,
    newer: str,
) -> None:
    """Add rows, and replace those of the same `key` whose `newer` column is lower."""
    staged = await stage(connection, table, columns, rows)
    settings = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in columns if column != key
    )
    await connection.execute(
        sql.SQL(
            "INSERT INTO {table} AS present ({columns}) SELECT {columns} FROM {staged} "
            "ON CONFLICT ({key}) DO UPDATE SET {settings} WHERE present.{newer} < excluded.{newer}"
        ).format(
            table=sql.Identifier(table),
            columns=_names(columns),
            staged=staged,
            key=sql.Identifier(key),
            settings=settings,
            newer=sql.Identifier(newer),
        )
    )


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
