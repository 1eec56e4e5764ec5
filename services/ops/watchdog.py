"""Ends the processes of a stack whose own process was killed: `python -m services.ops.watchdog FOLDER`.

It waits for the end of its standard input, a pipe that the stack holds open and that the kernel closes for
it, however the stack ends.
"""

import signal
import subprocess
import sys
from pathlib import Path

from services.ops.records import end_recorded

_PATIENCE_S = 5.0


class Watchdog:
    """A process of its own, in a session of its own: neither Ctrl-C nor a closed terminal reaches it."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 # this very module
            [sys.executable, "-m", "services.ops.watchdog", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        """Let it go, once nothing is left for it to end."""
        self._process.communicate()


def main(arguments: list[str]) -> int:
    (folder,) = arguments
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    end_recorded(Path(folder), _PATIENCE_S)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
