"""Brings the database of the read models to the current revision."""

from pathlib import Path

import psycopg

from services.projections.registry import MODELS
from services.projections.store import serve, served
from shared.runtime.projecting.migrating import Tables, upgrade
from shared.runtime.settings import Settings

TABLES = Tables(Path(__file__).parent / "migrations", "projections_revision")


def migrate(settings: Settings) -> None:
    """Make what is missing; safe to run at every start, by several processes at once."""
    upgrade(settings.database_url, TABLES)
    with psycopg.connect(settings.database_url, autocommit=True) as present:
        known = served(present)
        for model in MODELS:
            if model.name not in known:
                serve(present, model)
