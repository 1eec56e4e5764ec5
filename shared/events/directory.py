"""Streams `directory.events` and `directory.commands`, one partition each: records that the suite is run by.

Key: record id. Sole writer of the events: the intake processor; of the commands: the suite's own services.
Names and fields are storage format, as those of `ticket_events.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.events.catalogue import Catalogue


class ApiKeyRole(StrEnum):
    """What a service's key may stand for; people come with a token of the issuer."""

    SERVICE = "service"
    IMPORTER = "importer"
    ANALYST = "analyst"


@dataclass(frozen=True, slots=True)
class ApiKeyIssued:
    """`name` is that of the service that holds it; `digest` the SHA-256 of the key, in hexadecimal."""

    name: str
    role: ApiKeyRole
    digest: str


@dataclass(frozen=True, slots=True)
class ApiKeyRevoked:
    reason: str | None = None


DirectoryEventData = ApiKeyIssued | ApiKeyRevoked

DIRECTORY_EVENTS: Catalogue[DirectoryEventData] = Catalogue(
    {
        "casefold.directory.api_key_issued.v1": ApiKeyIssued,
        "casefold.directory.api_key_revoked.v1": ApiKeyRevoked,
    }
)


@dataclass(frozen=True, slots=True)
class IssueApiKey:
    """As in `ApiKeyIssued`: the key itself is never written."""

    name: str
    role: ApiKeyRole
    digest: str


@dataclass(frozen=True, slots=True)
class RevokeApiKey:
    reason: str | None = None


DirectoryCommandData = IssueApiKey | RevokeApiKey

DIRECTORY_COMMANDS: Catalogue[DirectoryCommandData] = Catalogue(
    {
        "casefold.directory.command.issue_api_key.v1": IssueApiKey,
        "casefold.directory.command.revoke_api_key.v1": RevokeApiKey,
    }
)
