"""Which processes a stack has running, written down so that none outlives it unnoticed.

Every process that is started leaves a record in one folder, and takes it away when it has ended. Whoever
finds records without their stack (the watchdog, or the next start) ends what they name.
"""

import contextlib
import json
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_LOOK_EVERY_S = 0.02
_SAME_BIRTH_S = 2.0
"""A process id is used again one day; two processes that share one were not born this close to each other."""


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    pid: int
    born: float
    """Seconds since 1970."""
    stop_signal: int
    order: int
    """Rises from each that is started to the next."""

    def process(self) -> psutil.Process | None:
        """The process, unless it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.born) <= _SAME_BIRTH_S
        except psutil.NoSuchProcess:
            return None
        return process if same and runs(process) else None


def runs(process: psutil.Process) -> bool:
    """One that has ended may stay as a zombie, for as long as nobody asks how it ended."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def write_record(folder: Path, name: str, pid: int, stop_signal: signal.Signals) -> Path:
    record = Record(name, pid, psutil.Process(pid).create_time(), stop_signal, time.monotonic_ns())
    path = folder / f"{name}.json"
    path.write_text(json.dumps(asdict(record)))
    return path


def end_recorded(folder: Path, patience_s: float) -> list[str]:
    """End what the folder's records name, the youngest first, and remove them. The names of what was running."""
    ended = []
    for path, record in sorted(_records(folder), key=lambda found: -found[1].order):
        if record.process() is not None:
            _end(record, patience_s)
            ended.append(record.name)
        path.unlink(missing_ok=True)
    return ended


def _records(folder: Path) -> Iterator[tuple[Path, Record]]:
    for path in folder.glob("*.json"):
        try:
            yield path, Record(**json.loads(path.read_text()))
        except (ValueError, TypeError, FileNotFoundError):
            # half written when its writer was killed, or taken away by its owner meanwhile
            path.unlink(missing_ok=True)


def _end(record: Record, patience_s: float) -> None:
    for number in (record.stop_signal, signal.SIGKILL):
        deadline = time.monotonic() + patience_s
        process = record.process()
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        # looked at again and again: it may be nobody's child, and remain as a zombie that nobody waits for
        while record.process() is not None and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY_S)
