"""A worker that writes down what it handles: `python -m tests.working GROUP TOPIC NOTES`.

A record's value says what its handling is like: `poison` breaks the contract, `bug` breaks the code until the file
NOTES.mended is there, `server` fails while NOTES.down is, `slow` takes a second; all else is handled at once.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.events.catalogue import Undecodable
from shared.runtime.record import Record, Restoring, Source
from shared.runtime.settings import Settings
from shared.runtime.telemetry import configure_logs
from shared.runtime.worker import Worker
from shared.runtime.working import run_worker


class Notes:
    """Lines of `handled|began|restored|failed PARTITION OFFSET VALUE`, each written at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._down = path.with_suffix(".down")
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def handle(self, record: Record) -> None:
        value = (record.value or b"").decode()
        kind = value.split(" ")[0]
        if kind == "poison":
            self._note("failed", record)
            raise Undecodable("it says so itself")
        if kind == "bug" and not self._path.with_suffix(".mended").exists():
            self._note("failed", record)
            raise ZeroDivisionError
        if kind == "server" and self._down.exists():
            self._note("failed", record)
            raise ConnectionRefusedError
        if kind == "slow":
            self._note("began", record)
            await asyncio.sleep(1)
        self._note("handled", record)

    async def restore(self, restoring: Restoring) -> None:
        parked = ",".join(map(str, sorted(restoring.parked)))
        os.write(self._file, f"restored {restoring.partition} {restoring.offset} {parked}\n".encode())

    def _note(self, what: str, record: Record) -> None:
        line = f"{what} {record.partition} {record.offset} {(record.value or b'').decode()}\n"
        os.write(self._file, line.encode())


def main(arguments: list[str]) -> int:
    group, topic, path = arguments
    settings = Settings()
    configure_logs(settings, "worker")
    notes = Notes(Path(path))
    source = Source(topic, notes.handle, notes.restore)

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[Worker]:
        yield Worker(settings, group, [source])

    return run_worker(settings, "worker", opened)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
