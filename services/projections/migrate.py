"""Brings the database of the read models to the current revision."""

import logging
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text

from services.projections.registry import MODELS
from services.projections.store import serve, served
from shared.runtime.settings import Settings

_LOCK = 7_261_530_001
"""Advisory lock of whoever migrates: a second one waits, and then finds nothing to do."""


def migrate(settings: Settings) -> None:
    """Make what is missing; safe to run at every start, by several processes at once."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
    finally:
        engine.dispose()
    with psycopg.connect(settings.database_url, autocommit=True) as present:
        known = served(present)
        for model in MODELS:
            if model.name not in known:
                serve(present, model)
