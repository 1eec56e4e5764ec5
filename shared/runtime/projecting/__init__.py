"""A topic folded into PostgreSQL: rows, positions and what is parked, in one transaction a batch."""
