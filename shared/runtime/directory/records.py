"""Records of the directory as its log has them: the latest of each, and where the log tells of it."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_records import Organisation, Record
from shared.events.envelope import Event
from shared.events.identity import normalised_address


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """`record` None: removed. `command_id` is that of the last change; `created`: before it, it was not there.

    `offsets` has the place of each of its events, the oldest first.
    """

    key: str
    record: Record | None
    version: int
    changed_at: datetime
    command_id: UUID
    created: bool
    offsets: "array[int]" = field(repr=False)


class Records:
    """All that there are, by key: `agents/ada`."""

    def __init__(self) -> None:
        self.position = 0
        """After the last event of a record; what was made of the records holds for as long as it stands."""
        self._known: dict[str, KnownRecord] = {}
        self._organisations: dict[str, str] = {}

    def get(self, key: str) -> KnownRecord | None:
        """Also one that was removed."""
        return self._known.get(key)

    def there(self, prefix: str) -> Iterator[tuple[KnownRecord, Record]]:
        """Those that are there and whose key begins with `prefix`, in the order of their keys."""
        for key in sorted(key for key in self._known if key.startswith(prefix)):
            known = self._known[key]
            if known.record is not None:
                yield known, known.record

    def organisation_of(self, address: str) -> str | None:
        """The id of the organisation whose domain the mail address is of; a subdomain is another domain."""
        domain = normalised_address(address).rpartition("@")[2]
        return self._organisations.get(domain) or self._organisations.get(_ascii(domain))

    def apply(self, event: Event[DirectoryEventData], offset: int) -> None:
        """Events of API keys are passed over."""
        match event.data:
            case RecordSaved(record=saved):
                self._put(event, offset, saved)
            case RecordRemoved():
                self._put(event, offset, None)
            case _:
                return

    def _put(self, event: Event[DirectoryEventData], offset: int, record: Record | None) -> None:
        before = self._known.get(event.subject)
        offsets = array("q") if before is None else before.offsets
        offsets.append(offset)
        self.position = offset + 1
        self._known[event.subject] = KnownRecord(
            key=event.subject,
            record=record,
            version=event.version,
            changed_at=event.recorded_at,
            command_id=event.command_id,
            created=before is None or before.record is None,
            offsets=offsets,
        )
        self._domains(event.subject, None if before is None else before.record, record)

    def _domains(self, key: str, before: Record | None, after: Record | None) -> None:
        for domain in before.domains if isinstance(before, Organisation) else ():
            self._organisations.pop(domain, None)
        for domain in after.domains if isinstance(after, Organisation) else ():
            self._organisations[domain] = key.partition("/")[2]


def _ascii(domain: str) -> str:
    """As the directory has an international domain; one that has no such form stays as it is."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
