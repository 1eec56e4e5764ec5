"""Who is asking, and what a role may be."""

from dataclasses import dataclass
from enum import StrEnum

from shared.events.envelope import Actor, ActorKind


class Role(StrEnum):
    REQUESTER = "requester"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    ANALYST = "analyst"
    IMPORTER = "importer"
    SERVICE = "service"


STAFF = frozenset({Role.AGENT, Role.LEAD, Role.ADMIN})
"""Those who work tickets."""
READERS = STAFF | {Role.ANALYST, Role.IMPORTER, Role.SERVICE}
"""Those who may read every ticket, notes included."""

_KINDS = {
    Role.REQUESTER: ActorKind.REQUESTER,
    Role.AGENT: ActorKind.AGENT,
    Role.LEAD: ActorKind.LEAD,
    Role.ADMIN: ActorKind.ADMIN,
    Role.SERVICE: ActorKind.SERVICE,
    Role.IMPORTER: ActorKind.IMPORT,
}


@dataclass(frozen=True, slots=True)
class Principal:
    """`id` is the token's subject, or the name of an API key's service."""

    role: Role
    id: str
    name: str | None = None
    email: str | None = None

    @property
    def actor(self) -> Actor:
        """The actor of this principal's commands; an analyst sends none."""
        return Actor(_KINDS[self.role], self.id)
