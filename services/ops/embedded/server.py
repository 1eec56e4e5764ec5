"""What every embedded server can do."""

import time
from collections.abc import Callable
from typing import Protocol

from services.ops.child import Child
from services.ops.trouble import Trouble

_LOOK_EVERY_S = 0.05


class ServerFailed(Trouble):
    """A server could not be started, or did not become ready."""


class Server(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str:
        """As its clients want it; the same for every start."""

    @property
    def child(self) -> Child:
        """Its running process, or the last one."""

    def start(self) -> None:
        """Returns when it answers. Its data is kept from one start to the next, however it ended.

        Raises `ServerFailed`, and has no process left then.
        """

    def stop(self) -> None: ...

    def kill(self) -> None:
        """SIGKILL, as a crash would be."""


def wait_until(answers: Callable[[], bool], child: Child, patience_s: float) -> None:
    """Return when it answers; stop it and raise `ServerFailed` when it has ended or takes too long."""
    deadline = time.monotonic() + patience_s
    while not answers():
        if child.exit_code() is not None:
            raise ServerFailed(child.ending())
        if time.monotonic() > deadline:
            child.kill()
            raise ServerFailed(f"{child.program.name} did not answer within {patience_s:.0f} s; {child.ending()}")
        time.sleep(_LOOK_EVERY_S)
