"""Read models of the event log in PostgreSQL, the projector that keeps them, and the query API."""
