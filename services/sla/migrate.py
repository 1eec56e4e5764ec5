"""Brings the schema of the clocks to the current revision; emptied where tickets are kept in another form."""

from pathlib import Path

import psycopg

from services.sla.domain.stored import FORMAT
from services.sla.group import SCHEMA, own_database
from shared.runtime.projecting.migrating import Tables, upgrade
from shared.runtime.settings import Settings

_TABLES = Tables(Path(__file__).parent / "migrations", "sla_revision", SCHEMA)

_OF_ANOTHER_FORM = "SELECT FROM projection_positions WHERE model_version <> %s LIMIT 1"
_EMPTY = "TRUNCATE tickets, timers, fitted, parked_events, projection_positions"


def migrate(settings: Settings) -> None:
    """Make what is missing; safe to run at every start, by several processes at once of the same version."""
    own = own_database(settings)
    upgrade(own, _TABLES)
    with psycopg.connect(own) as connection:
        if connection.execute(_OF_ANOTHER_FORM, (FORMAT,)).fetchone() is not None:
            connection.execute(_EMPTY)
