"""The schema of the clocks: made at the first start, and emptied where tickets are kept in another form."""

from uuid import uuid4

import psycopg

from services.sla.domain.stored import FORMAT
from services.sla.group import own_database
from services.sla.migrate import migrate
from shared.runtime.settings import Settings

_KEPT = "INSERT INTO tickets (ticket_id, partition, version, basis) VALUES (%s, 0, 1, 1)"
_STANDS = "INSERT INTO projection_positions VALUES ('clocks', %s, 'ticket.events', 0, %s, 7)"
_COUNTS = "SELECT (SELECT count(*) FROM tickets), (SELECT count(*) FROM projection_positions)"


def test_tickets_in_another_form_are_folded_anew(empty_database: str) -> None:
    settings = Settings(database_url=empty_database)
    migrate(settings)
    with psycopg.connect(own_database(settings), autocommit=True) as connection:
        connection.execute(_KEPT, (uuid4(),))
        connection.execute(_STANDS, (FORMAT, uuid4()))
        migrate(settings)
        assert connection.execute(_COUNTS).fetchone() == (1, 1)
        connection.execute(_STANDS, (FORMAT - 1, uuid4()))
        migrate(settings)
        assert connection.execute(_COUNTS).fetchone() == (0, 0)
