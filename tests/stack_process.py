"""A `casefold up` of its own, in a process of its own, for tests that stop and kill it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

ASLEEP = "READY; import time; time.sleep(600)"
"""A service that is ready at once and then runs on."""
UP = "Casefold is up."


class StackProcess:
    """`output` is all that it has said so far."""

    def __init__(self, home: Path, log: Path, services: Mapping[str, str], more: Mapping[str, str]) -> None:
        self.home = home
        self._log = log
        given = [f"{name}={code}" if code else name for name, code in services.items()]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.small_stack", str(home), *given],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **more},
                cwd=Path(__file__).parent.parent,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    def says(self, text: str, within_s: float = 60) -> None:
        def said() -> bool:
            assert text in self.output or self.process.poll() is None, self.output
            return text in self.output

        eventually(said, within_s, lambda: f"{text!r} is not in:\n{self.output}")

    def stop(self, number: signal.Signals) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def left(self) -> list[str]:
        """Command lines of the processes that belong to its folder."""
        return [" ".join(process.cmdline()) for process in _of(self.home) if process.is_running()]


@contextmanager
def stack_process(
    home: Path, log: Path, services: Mapping[str, str], more: Mapping[str, str]
) -> Iterator[StackProcess]:
    """Nothing of it runs after the block."""
    started = StackProcess(home, log, services, more)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait()
        for process in _of(home):
            process.kill()


def eventually(holds: Callable[[], bool], within_s: float, otherwise: Callable[[], str]) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)


def _of(home: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if str(home) in " ".join([*process.cmdline(), process.cwd(), *process.environ().values()]):
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
