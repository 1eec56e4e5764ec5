"""Brings one service's tables to their current revision."""

import logging
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

_LOCK = 7_261_530_001
"""Advisory lock of whoever migrates: a second one waits, and then finds nothing to do."""


@dataclass(frozen=True, slots=True)
class Tables:
    """`script`: the folder with `env.py` and `versions`, whose files are named `r<revision>_<words>.py`.

    `revisions` is the table that says which one is reached. `schema` is made where it is missing.
    """

    script: Path
    revisions: str
    schema: str | None = None

    @property
    def newest(self) -> str:
        return max(path.stem for path in (self.script / "versions").glob("r*_*.py"))[1:].partition("_")[0]


def upgrade(database_url: str, tables: Tables) -> None:
    """Make what is missing; safe to run at every start, by several processes at once."""
    if not _is_current(database_url, tables):
        _upgrade(database_url, tables)


def _is_current(database_url: str, tables: Tables) -> bool:
    """Asked first: to load what migrates takes a service half as long as all of its own modules."""
    wanted = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(tables.revisions))
    with psycopg.connect(database_url) as connection:
        try:
            return connection.execute(wanted).fetchall() == [(tables.newest,)]
        except psycopg.errors.UndefinedTable:
            return False


def _upgrade(database_url: str, tables: Tables) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, make_url, text
    from sqlalchemy.schema import CreateSchema

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(tables.script))
    config.set_main_option("path_separator", "os")
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            if tables.schema is not None:
                connection.execute(CreateSchema(tables.schema, if_not_exists=True))
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
    finally:
        engine.dispose()
