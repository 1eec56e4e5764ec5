"""The consumer group of the clocks, and what it reads."""

GROUP = "sla.v1"
TOPIC = "ticket.events"
SCHEMA = "sla"
"""The service's own, in the database of the suite."""
