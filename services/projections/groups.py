"""The consumer groups of the projector, one a topic."""

TICKETS_GROUP = "projector.v1"
OUTCOMES_GROUP = "projector.outcomes.v1"
AGENTS_GROUP = "projector.agents.v1"
PRESENCE_GROUP = "projector.presence.v1"
DIRECTORY_GROUP = "projector.directory.v1"
