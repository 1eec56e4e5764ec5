"""Which processes a stack has running, written down so that none outlives it unnoticed.

Every process that is started leaves a record in one folder, and takes it away when it has ended. Whoever
finds records without their stack (the watchdog, or the next start) ends what they name.
"""

import contextlib
import json
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_SAME_BIRTH_S = 2.0
"""A process id is used again one day; two processes that share one were not born this close to each other."""


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    pid: int
    born: float
    """Seconds since 1970."""
    stop_signal: int

    def process(self) -> psutil.Process | None:
        """The process, unless it has ended."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.born) > _SAME_BIRTH_S or process.status() == psutil.STATUS_ZOMBIE:
                return None
        except psutil.NoSuchProcess:
            return None
        return process


def write_record(folder: Path, name: str, pid: int, stop_signal: signal.Signals) -> Path:
    record = Record(name, pid, psutil.Process(pid).create_time(), stop_signal)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(asdict(record)))
    return path


def end_recorded(folder: Path, patience_s: float) -> list[str]:
    """End what the folder's records name, the youngest first, and remove them. The names of what was running."""
    ended = []
    for path, record in sorted(_records(folder), key=lambda found: -found[1].born):
        process = record.process()
        if process is not None:
            _end(process, record.stop_signal, patience_s)
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


def _end(process: psutil.Process, stop_signal: int, patience_s: float) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(stop_signal)
        try:
            process.wait(patience_s)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(patience_s)
