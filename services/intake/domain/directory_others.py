"""The rest of the directory, as a decision about one record may look at it."""

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from shared.events.directory_records import Record

StateT_co = TypeVar("StateT_co", covariant=True)


class Others(Protocol[StateT_co]):
    """What is there; whatever the same transaction changed before is as it left it."""

    def get(self, subject: str) -> StateT_co | None: ...

    def all(self, prefix: str) -> Iterator[tuple[str, StateT_co]]:
        """Those whose subject begins with `prefix`, in the order of their subjects."""


Records = Others[Record]
"""The records that are there, by their keys; removed ones are not."""


class RecordsOf:
    """Records in a mapping, as they are or as they will be."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records

    def get(self, subject: str) -> Record | None:
        return self._records.get(subject)

    def all(self, prefix: str) -> Iterator[tuple[str, Record]]:
        found = sorted(key for key in self._records if key.startswith(prefix))
        return ((key, self._records[key]) for key in found)
