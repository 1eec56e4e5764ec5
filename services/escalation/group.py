"""The escalation rules' consumer group, and what it reads."""

GROUP = "escalation.v1"
TOPICS = ("ticket.events",)
