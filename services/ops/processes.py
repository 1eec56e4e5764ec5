"""The processes of one stack, below one folder: their logs, their records, their watchdog."""

import contextlib
import fcntl
import os
import pwd
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self, TypedDict

from services.ops.child import Child, Program
from services.ops.records import end_recorded, write_record
from services.ops.trouble import Trouble
from services.ops.watchdog import Watchdog

_PATIENCE_S = 10.0


class Closing(Trouble):
    """The stack is being stopped: nothing more is started."""


class ProcessEnded(Trouble):
    """A process that should run until it is stopped has ended by itself."""


class Processes:
    """Holds the folder's lock from `open` to `close`: one stack a folder.

    `stopping` is told the name of each that is about to be stopped at the end.
    `recovered` names what an earlier stack that was killed had left running; it is ended before anything starts.
    """

    def __init__(
        self, home: Path, *, logs: Path | None = None, stopping: Callable[[str], None] = lambda _name: None
    ) -> None:
        self.home = home.absolute()
        self.recovered: list[str] = []
        self._logs = self.home / "log" if logs is None else logs
        self._records = self.home / "run"
        self._stopping = stopping
        self._children: list[Child] = []
        self._open = False
        self._lock = RLock()  # a signal handler may ask while this thread holds it
        self._exits = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for folder in (self._logs, self._records):
            folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as exits:
            exits.enter_context(_lock(self._records / "lock"))
            self.recovered = end_recorded(self._records, _PATIENCE_S)
            exits.callback(Watchdog(self._records).stop)
            self._exits = exits.pop_all()
        self._open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is started from here on; what was not stopped by its owner is ended now."""
        self.refuse()
        for child in reversed(self._children):
            if child.exit_code() is None:
                self._stopping(child.program.name)
                child.stop(_PATIENCE_S)
        self._exits.close()

    def refuse(self) -> None:
        """Start nothing from here on, whichever thread asks."""
        with self._lock:
            self._open = False

    def kill_all(self) -> None:
        """For a person who does not want to wait: what is left to stop is gone at once."""
        self.refuse()
        for child in self._children:
            if child.exit_code() is None:
                child.process.kill()

    def check(self) -> None:
        """Raise `ProcessEnded` for one that has ended and should not have."""
        for child in tuple(self._children):
            if child.program.lasting and child.exit_code() is not None:
                raise ProcessEnded(child.ending())

    def start(self, program: Program) -> Child:
        """Its output goes to `log/<name>.log`; the log of the run before is kept as `<name>.log.1`."""
        log = self._logs / f"{program.name}.log"
        with self._lock:
            if not self._open:
                raise Closing(f"{program.name} was not started: the stack is stopping")
            if log.exists():
                log.replace(log.with_suffix(".log.1"))
            with log.open("wb") as output:
                process = subprocess.Popen(  # noqa: S603 # the stack's own programs
                    program.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=program.env,
                    start_new_session=True,
                    **_as_user(program.user),
                )
            record = write_record(self._records, program.name, process.pid, program.stop_signal)
            child = Child(program, log, record, process)
            self._children.append(child)
            return child


class _AsUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]
    cwd: str


def _as_user(name: str | None) -> _AsUser:
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            holder = held.read().strip()
            raise Trouble(
                f"another stack (process {holder}) runs below {path.parent.parent}: stop it with Ctrl-C in its "
                f"terminal or `kill {holder}`, or set CASEFOLD_HOME to another folder"
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield
