"""Brings the schema of the clocks to the current revision."""

from pathlib import Path

from services.sla.group import SCHEMA
from shared.runtime.projecting.migrating import Tables, in_schema, upgrade
from shared.runtime.settings import Settings

_TABLES = Tables(Path(__file__).parent / "migrations", SCHEMA)


def own_database(settings: Settings) -> str:
    """The database, where names are those of the service's schema."""
    return in_schema(settings.database_url, SCHEMA)


def migrate(settings: Settings) -> None:
    """Make what is missing; safe to run at every start, by several processes at once."""
    upgrade(own_database(settings), _TABLES)
