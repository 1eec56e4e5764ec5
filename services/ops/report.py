"""What `casefold up` shows while it works."""

import time
from collections.abc import Sequence
from threading import Lock
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from services.ops.trouble import Trouble

_PLAIN_EVERY_S = 2.0


class Report:
    """On a terminal one line that changes; elsewhere, in a log, a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = Status("", console=console)
        self._doing: dict[str, str] = {}
        self._said: dict[str, float] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def say(self, sentence: str) -> None:
        """The sentence is in rich's markup."""
        self._console.print(sentence, highlight=False, soft_wrap=True)

    def recovered(self, names: Sequence[str]) -> None:
        self.say(f"An earlier stack was killed; ended what it had left running: {', '.join(names)}.")

    def begun(self, name: str, doing: str) -> None:
        with self._lock:
            self._doing[name] = doing
            self._show()
            now = time.monotonic()
            since = now - self._said.setdefault(name, now)
            if not self._console.is_terminal and since >= _PLAIN_EVERY_S:
                self._said[name] = now
                self.say(f"  {name}: {doing}")

    def done(self, name: str, after_s: float) -> None:
        with self._lock:
            self._doing.pop(name, None)
            self._show()
        self.say(f"  [green]{name:<17}[/green] ready after {after_s:.1f} s")

    def up(self, lines: Sequence[str]) -> None:
        self._status.stop()
        for line in lines:
            self.say(escape(line))

    def trouble(self, trouble: Trouble) -> None:
        self._status.stop()
        self.say(f"[red]error:[/red] {escape(str(trouble))}")

    def stopping(self) -> None:
        with self._lock:
            self._doing.clear()
        self.say("Stopping.")
        self._status.start()

    def stops(self, name: str) -> None:
        self._status.update(f"stopping {name}")

    def _show(self) -> None:
        self._status.update(", ".join(f"{name}: {doing}" for name, doing in self._doing.items()))
