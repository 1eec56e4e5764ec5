"""The consumer group of the clocks, what it reads, and where it keeps what it folds."""

from shared.runtime.projecting.schema import in_schema
from shared.runtime.settings import Settings

GROUP = "sla.v1"
TOPIC = "ticket.events"
SCHEMA = "sla"
"""The service's own, in the database of the suite."""


def own_database(settings: Settings) -> str:
    """The database, where names are those of the service's schema."""
    return in_schema(settings.database_url, SCHEMA)
