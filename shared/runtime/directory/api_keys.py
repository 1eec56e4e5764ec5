"""API keys of services, as `directory.events` has them."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from shared.events.directory import ApiKeyIssued, ApiKeyRevoked, ApiKeyRole, DirectoryEventData
from shared.events.envelope import Event
from shared.runtime.http.principal import Principal, Role

PREFIX = "cfk_"
"""What every API key begins with, so that a reader, a log scanner or a person knows one."""


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ListedKey:
    id: str
    name: str
    role: ApiKeyRole
    issued_at: datetime
    issued_by: str
    revoked_at: datetime | None = None


class ApiKeys:
    """A check is one hash and one look-up."""

    def __init__(self) -> None:
        self._listed: dict[str, ListedKey] = {}
        self._digests: dict[str, str] = {}
        self._principals: dict[str, Principal] = {}

    def principal(self, key: str) -> Principal | None:
        """None: there is no such key, or it was revoked."""
        return self._principals.get(digest_of(key))

    def listed(self) -> list[ListedKey]:
        """Every key that was ever issued, the oldest first."""
        return list(self._listed.values())

    def apply(self, event: Event[DirectoryEventData]) -> None:
        """Events of records are passed over."""
        match event.data:
            case ApiKeyIssued(name=name, role=role, digest=digest):
                self._listed[event.subject] = ListedKey(
                    event.subject, name, role, event.recorded_at, event.actor.id
                )
                self._digests[event.subject] = digest
                self._principals[digest] = Principal(Role(role), name)
            case ApiKeyRevoked():
                self._principals.pop(self._digests.pop(event.subject, ""), None)
                self._listed[event.subject] = replace(self._listed[event.subject], revoked_at=event.recorded_at)
