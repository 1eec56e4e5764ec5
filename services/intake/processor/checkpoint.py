"""The checkpoint: an embedded store with the latest snapshot of every aggregate of one partition."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import cast
from uuid import UUID

from pydantic import TypeAdapter
from rocksdict import AccessType, BlockBasedOptions, Cache, Options, Rdict, WriteBatch

_MARK_KEY = b"@mark"
_BLOCK_CACHE_BYTES = 8 * 1024 * 1024
_WRITE_BUFFER_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where the store follows the snapshots topic, which one, and when that was written."""

    topic: UUID
    next_offset: int
    written_at: datetime


_MARK = TypeAdapter(Mark)


class Checkpoint:
    """Keys and values are bytes. One process at a time has it open; a batch is applied whole or not at all.

    It need not survive a power cut to be right: it is then at an earlier mark, or gone, and is caught up from
    the topic.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._store = Rdict(str(folder), options=_options(), access_type=AccessType.read_write())

    def mark(self) -> Mark | None:
        raw = self._store.get(_MARK_KEY)
        return None if raw is None else _MARK.validate_json(raw)

    def get(self, key: bytes) -> bytes | None:
        raw: bytes | None = self._store.get(key)
        return raw

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        """Those that begin with `prefix`, in order; marks and positions, which begin with `@`, are none."""
        every = cast("Iterator[bytes]", self._store.keys(from_key=prefix or None))
        return (key for key in takewhile(lambda key: key.startswith(prefix), every) if not key.startswith(b"@"))

    def apply(self, snapshots: Iterable[tuple[bytes, bytes | None]], mark: Mark) -> None:
        """A value of None deletes its key."""
        batch = WriteBatch(raw_mode=True)
        for key, value in snapshots:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(_MARK_KEY, _MARK.dump_json(mark))
        self._store.write(batch)

    def clear(self) -> None:
        """Start again with nothing."""
        self.close()
        Rdict.destroy(str(self._folder))
        self._store = Rdict(str(self._folder), options=_options(), access_type=AccessType.read_write())

    def close(self) -> None:
        self._store.close()


def _options() -> Options:
    options = Options(raw_mode=True)
    options.create_if_missing(True)  # noqa: FBT003 - the library's signature
    options.set_write_buffer_size(_WRITE_BUFFER_BYTES)
    options.set_max_write_buffer_number(2)
    options.set_keep_log_file_num(2)
    options.set_max_background_jobs(2)
    table = BlockBasedOptions()
    table.set_block_cache(Cache(_BLOCK_CACHE_BYTES))
    table.set_bloom_filter(10, block_based=False)
    options.set_block_based_table_factory(table)
    return options
