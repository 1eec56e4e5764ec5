"""Ctrl-C and its kin, turned into a wish to stop."""

import signal
from threading import Event
from types import FrameType, TracebackType
from typing import Self

from services.ops.processes import Processes

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """The first signal sets `stop`; a second one kills the processes, so that the stop ends at once."""

    def __init__(self, processes: Processes) -> None:
        self.stop = Event()
        self.number = 0
        self._processes = processes

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP, and means it
                signal.signal(number, self._caught)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The handlers stay: a late signal must not cut the exit short."""

    def _caught(self, number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            self._processes.kill_all()
        self.number = number
        self.stop.set()
