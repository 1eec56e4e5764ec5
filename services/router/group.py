"""The router's consumer group, and what it reads."""

GROUP = "router.v1"
PRESENCE = "presence.events"
REQUESTS = "routing.requests"
TOPICS = ("ticket.events", "agent.events", "directory.events", PRESENCE, REQUESTS)
