"""Streams `directory.events` and `directory.commands`, one partition each: records that the suite is run by.

Key: record id, of a record with a kind `<kind>/<id>`, of an API key its UUID. Sole writer of the events: the
intake processor; of the commands: the suite's own services. Names and fields are storage format, as those of
`ticket_events.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Discriminator

from shared.events.catalogue import Catalogue
from shared.events.directory_records import Record


class ApiKeyRole(StrEnum):
    """What a key may stand for: a service; people come with a token of the issuer.

    `admin` is that of the one key that is made before there is an admin; none is issued over HTTP.
    """

    SERVICE = "service"
    IMPORTER = "importer"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKeyIssued:
    """`name` is that of the service that holds it; `digest` the SHA-256 of the key, in hexadecimal."""

    name: str
    role: ApiKeyRole
    digest: str


@dataclass(frozen=True, slots=True)
class ApiKeyRevoked:
    reason: str | None = None


AnyRecord = Annotated[Record, Discriminator("type")]


@dataclass(frozen=True, slots=True)
class RecordSaved:
    """The whole record, new or changed."""

    record: AnyRecord


@dataclass(frozen=True, slots=True)
class RecordRemoved:
    reason: str | None = None


DirectoryEventData = ApiKeyIssued | ApiKeyRevoked | RecordSaved | RecordRemoved

DIRECTORY_EVENTS: Catalogue[DirectoryEventData] = Catalogue(
    {
        "casefold.directory.api_key_issued.v1": ApiKeyIssued,
        "casefold.directory.api_key_revoked.v1": ApiKeyRevoked,
        "casefold.directory.record_saved.v1": RecordSaved,
        "casefold.directory.record_removed.v1": RecordRemoved,
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


class Only(StrEnum):
    """`new`: refuse where there is such a record; `changed`: refuse where there is none."""

    NEW = "new"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class SaveRecord:
    """Make it, or put it in place of what is there, unless `only` one of the two is wanted."""

    record: AnyRecord
    only: Only | None = None


@dataclass(frozen=True, slots=True)
class RemoveRecord:
    reason: str | None = None


DirectoryCommandData = IssueApiKey | RevokeApiKey | SaveRecord | RemoveRecord

DIRECTORY_COMMANDS: Catalogue[DirectoryCommandData] = Catalogue(
    {
        "casefold.directory.command.issue_api_key.v1": IssueApiKey,
        "casefold.directory.command.revoke_api_key.v1": RevokeApiKey,
        "casefold.directory.command.save_record.v1": SaveRecord,
        "casefold.directory.command.remove_record.v1": RemoveRecord,
    }
)
