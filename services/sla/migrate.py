"""Brings the schema of the clocks to the current revision."""

from pathlib import Path

from services.sla.group import SCHEMA, own_database
from shared.runtime.projecting.migrating import Tables, upgrade
from shared.runtime.settings import Settings

_TABLES = Tables(Path(__file__).parent / "migrations", "sla_revision", SCHEMA)


def migrate(settings: Settings) -> None:
    """Make what is missing; safe to run at every start, by several processes at once."""
    upgrade(own_database(settings), _TABLES)
