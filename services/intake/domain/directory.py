"""The directory's aggregate: API keys, issued and revoked by admins."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.intake.domain.rejected import Rejected
from shared.events.directory import (
    ApiKeyIssued,
    ApiKeyRevoked,
    ApiKeyRole,
    DirectoryCommandData,
    DirectoryEventData,
    IssueApiKey,
    RevokeApiKey,
)
from shared.events.envelope import ActorKind, Command, Event

_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Two keys may have one name: that is how a service changes its key without a pause."""

    id: UUID
    name: str
    role: ApiKeyRole
    digest: str
    issued_at: datetime
    issued_by: str
    version: int
    conversation_version: int
    revoked_at: datetime | None = None


def decide(command: Command[DirectoryCommandData], record: ApiKey | None) -> tuple[DirectoryEventData, ...]:
    if command.actor.kind is not ActorKind.ADMIN:
        raise Rejected("forbidden", f"This is not for the role {command.actor.kind}.")
    match command.data:
        case IssueApiKey() as issue:
            return _issue(issue, record)
        case RevokeApiKey(reason=reason):
            if record is None:
                raise Rejected("not_found", "There is no such API key.")
            return () if record.revoked_at is not None else (ApiKeyRevoked(reason),)
        case unknown:
            assert_never(unknown)


def _issue(issue: IssueApiKey, record: ApiKey | None) -> tuple[ApiKeyIssued, ...]:
    if record is not None:
        raise Rejected("already_exists", "There is an API key of that id already.")
    if not _DIGEST.fullmatch(issue.digest):
        raise Rejected("invalid_digest", "The digest of an API key is a SHA-256 in hexadecimal.")
    return (ApiKeyIssued(issue.name, issue.role, issue.digest),)


def evolve(record: ApiKey | None, event: Event[DirectoryEventData]) -> ApiKey:
    """The key after the event. A revocation of no key is a broken log: `ValueError`."""
    match event.data:
        case ApiKeyIssued() as issued:
            return ApiKey(
                id=UUID(event.subject),
                name=issued.name,
                role=issued.role,
                digest=issued.digest,
                issued_at=event.recorded_at,
                issued_by=event.actor.id,
                version=event.version,
                conversation_version=event.conversation_version,
            )
        case ApiKeyRevoked():
            if record is None:
                raise ValueError(f"the log of API key {event.subject} does not begin with its issue")
            return replace(
                record,
                revoked_at=record.revoked_at or event.recorded_at,
                version=event.version,
                conversation_version=event.conversation_version,
            )
        case unknown:
            assert_never(unknown)
