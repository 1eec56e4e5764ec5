"""The schema of the clocks: made at the first start, and emptied where tickets are kept in another form."""

from pathlib import Path
from uuid import UUID, uuid4

import psycopg

import services.sla.migrations.versions as revisions
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


def test_what_was_to_be_looked_at_still_is(empty_database: str) -> None:
    settings, wanted, other = Settings(database_url=empty_database), UUID(int=1), UUID(int=2)
    first = Path(revisions.__file__).with_name("r0001_clocks.sql").read_text()
    with psycopg.connect(own_database(settings)) as connection:
        connection.execute("CREATE SCHEMA sla")
        connection.execute(first.encode())
        connection.execute("CREATE TABLE sla_revision AS SELECT '0001'::varchar(32) AS version_num")
        for ticket, look in ((wanted, True), (other, False)):
            connection.execute("INSERT INTO tickets VALUES (%s, 0, 1, 1, NULL, %s)", (ticket, look))
    migrate(settings)
    with psycopg.connect(own_database(settings)) as connection:
        found = connection.execute("SELECT ticket_id FROM tickets WHERE look_at <= now() AND looks = 0").fetchall()
    assert found == [(wanted,)]
