"""API keys: issued and revoked by admins; the first admin's own key while there is nothing yet."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.intake.domain.rejected import Rejected
from shared.events.directory import ApiKeyIssued, ApiKeyRevoked, ApiKeyRole, IssueApiKey, RevokeApiKey
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


def decide(
    command: Command[object], wish: IssueApiKey | RevokeApiKey, key: ApiKey | None, others: Iterable[object]
) -> tuple[ApiKeyIssued | ApiKeyRevoked, ...]:
    """`others` is all that the directory has, keys and records."""
    if command.actor.kind is not ActorKind.ADMIN:
        raise Rejected("forbidden", f"This is not for the role {command.actor.kind}.")
    match wish:
        case IssueApiKey():
            return _issue(command.subject, wish, key, others)
        case RevokeApiKey(reason=reason):
            if key is None:
                raise Rejected("not_found", "There is no such API key.")
            return () if key.revoked_at is not None else (ApiKeyRevoked(reason),)
        case unknown:
            assert_never(unknown)


def _issue(
    key_id: str, issue: IssueApiKey, key: ApiKey | None, others: Iterable[object]
) -> tuple[ApiKeyIssued, ...]:
    if key is not None:
        raise Rejected("already_exists", "There is an API key of that id already.")
    if not _DIGEST.fullmatch(issue.digest):
        raise Rejected("invalid_digest", "The digest of an API key is a SHA-256 in hexadecimal.")
    if not _is_uuid(key_id):
        raise Rejected("invalid_id", "The id of an API key is a UUID.")
    if issue.role is ApiKeyRole.ADMIN and any(not _is_spent(other) for other in others):
        raise Rejected(
            "already_bootstrapped",
            "An admin is at work here already: the directory holds records or keys. Whoever else is to be an "
            "admin gets the role from the issuer of their token.",
        )
    return (ApiKeyIssued(issue.name, issue.role, issue.digest),)


def _is_spent(other: object) -> bool:
    """A first admin's key that was revoked: another may take its place, as long as there is nothing else."""
    return isinstance(other, ApiKey) and other.role is ApiKeyRole.ADMIN and other.revoked_at is not None


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def evolve(key: ApiKey | None, event: Event[object], data: ApiKeyIssued | ApiKeyRevoked) -> ApiKey:
    """The key after the event. A revocation of no key is a broken log: `ValueError`."""
    match data:
        case ApiKeyIssued():
            return ApiKey(
                id=UUID(event.subject),
                name=data.name,
                role=data.role,
                digest=data.digest,
                issued_at=event.recorded_at,
                issued_by=event.actor.id,
                version=event.version,
                conversation_version=event.conversation_version,
            )
        case ApiKeyRevoked():
            if key is None:
                raise ValueError(f"the log of API key {event.subject} does not begin with its issue")
            return replace(
                key,
                revoked_at=key.revoked_at or event.recorded_at,
                version=event.version,
                conversation_version=event.conversation_version,
            )
        case unknown:
            assert_never(unknown)
