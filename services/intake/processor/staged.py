"""A partition's state: what is kept, and what a transaction stages until its commit."""

from collections import OrderedDict
from collections.abc import Callable

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


class Staged:
    """Changes of one transaction over what is kept. Dropped, nothing has happened."""

    def __init__(self, aggregate: AnyAggregate, cache: Cache, read: Callable[[bytes], bytes | None]) -> None:
        self._aggregate = aggregate
        self._cache = cache
        self._read = read
        self.changed: dict[str, tuple[Kept, bytes]] = {}

    def get(self, subject: str) -> Kept | None:
        staged = self.changed.get(subject)
        if staged is not None:
            return staged[0]
        cached = self._cache.get(subject)
        if cached is not None:
            return cached
        raw = self._read(subject.encode())
        if raw is None:
            return None
        kept = self._aggregate.decode(raw)
        self._cache.put(subject, kept)
        return kept

    def put(self, subject: str, kept: Kept, snapshot: bytes) -> None:
        self.changed[subject] = (kept, snapshot)

    def promote(self) -> None:
        """The transaction is committed: what it staged is what is kept."""
        for subject, (kept, _) in self.changed.items():
            self._cache.put(subject, kept)
