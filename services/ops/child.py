"""One process of a stack: started with its own log file, watched, and stopped."""

import contextlib
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from services.ops.records import runs

_LINES = 6
_LOOK_EVERY_S = 0.02
_ORPHANS_END_WITHIN_S = 5.0
"""PostgreSQL's processes notice by themselves that their parent is gone."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `user`: whom to run it as, where this process is root; None: as this process.

    `lasting`: it runs until it is stopped; one that ends by itself has failed.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    lasting: bool = True


@dataclass(eq=False, slots=True)
class Child:
    """A started program; only `Processes.start` makes one."""

    program: Program
    log: Path
    record: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        code = self.process.poll()
        if code is not None:
            self.record.unlink(missing_ok=True)
        return code

    def wait(self, patience_s: float | None = None) -> int | None:
        """The exit code; None if it still runs after that time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience_s)
        return self.exit_code()

    def ask_to_stop(self) -> None:
        if self.exit_code() is None:
            self.process.send_signal(self.program.stop_signal)

    def stop(self, patience_s: float) -> None:
        """Ask, wait, and kill what has not ended by then."""
        self.ask_to_stop()
        if self.wait(patience_s) is None:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, as a crash would be; returns when the process and those that it had started are gone."""
        family = self._descendants()
        self.process.kill()
        self.wait()
        deadline = time.monotonic() + _ORPHANS_END_WITHIN_S
        while alive := [orphan for orphan in family if runs(orphan)]:
            if time.monotonic() > deadline:
                for orphan in alive:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        orphan.kill()
            time.sleep(_LOOK_EVERY_S)

    def _descendants(self) -> list[psutil.Process]:
        try:
            return list(psutil.Process(self.pid).children(recursive=True))
        except psutil.NoSuchProcess:
            return []

    def last_lines(self, count: int = _LINES) -> list[str]:
        with self.log.open(encoding="utf-8", errors="replace") as lines:
            return [line.rstrip() for line in deque((line for line in lines if line.strip()), maxlen=count)]

    def ending(self) -> str:
        """How it ended, for a person."""
        code = self.exit_code()
        how = "still runs" if code is None else f"ended with exit code {code}"
        if code is not None and code < 0:
            how = f"was ended by {signal.Signals(-code).name}"
        said = "\n  ".join(self.last_lines())
        return f"{self.program.name} {how} (log: {self.log})" + (f"; the last it said:\n  {said}" if said else "")
