"""A partition's state: what is kept, and what a transaction stages until its commit."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Protocol

from services.intake.processor.aggregate import AnyAggregate, Kept


class Cache:
    """The aggregates used last, decoded; at most `size` of them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, subject: str) -> Kept | None:
        kept = self._kept.get(subject)
        if kept is not None:
            self._kept.move_to_end(subject)
        return kept

    def put(self, subject: str, kept: Kept) -> None:
        self._kept[subject] = kept
        self._kept.move_to_end(subject)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)


class Snapshots(Protocol):
    """What a checkpoint keeps; `keys` are those that begin with `prefix`, and no mark."""

    def get(self, key: bytes) -> bytes | None: ...

    def keys(self, prefix: bytes) -> Iterator[bytes]: ...


class Staged:
    """Changes of one transaction over what is kept. Dropped, nothing has happened."""

    def __init__(self, aggregate: AnyAggregate, cache: Cache, snapshots: Snapshots) -> None:
        self._aggregate = aggregate
        self._cache = cache
        self._snapshots = snapshots
        self.changed: dict[str, tuple[Kept, bytes]] = {}

    def get(self, subject: str) -> Kept | None:
        staged = self.changed.get(subject)
        if staged is not None:
            return staged[0]
        cached = self._cache.get(subject)
        if cached is not None:
            return cached
        raw = self._snapshots.get(subject.encode())
        if raw is None:
            return None
        kept = self._aggregate.decode(raw)
        self._cache.put(subject, kept)
        return kept

    def put(self, subject: str, kept: Kept, snapshot: bytes) -> None:
        self.changed[subject] = (kept, snapshot)

    def subjects(self, prefix: str) -> list[str]:
        """Those of the partition that begin with `prefix`, in order."""
        kept = (key.decode() for key in self._snapshots.keys(prefix.encode()))
        return sorted({*kept, *(subject for subject in self.changed if subject.startswith(prefix))})

    def promote(self) -> None:
        """The transaction is committed: what it staged is what is kept."""
        for subject, (kept, _) in self.changed.items():
            self._cache.put(subject, kept)


class States:
    """The partition's aggregates, for a decision that looks at more than its own: to be read only."""

    def __init__(self, staged: Staged) -> None:
        self._staged = staged

    def get(self, subject: str) -> Any | None:  # noqa: ANN401 - the aggregate's own type, as in `Kept`
        kept = self._staged.get(subject)
        return None if kept is None else kept.state

    def all(self, prefix: str) -> Iterator[tuple[str, Any]]:
        return ((subject, self.get(subject)) for subject in self._staged.subjects(prefix))
