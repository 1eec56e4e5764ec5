"""`casefold up` starts the real servers and services, and leaves nothing behind however it ends."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from services.ops.embedded.ports import free_port
from tests.stack_process import ASLEEP, UP, StackProcess, eventually, stack_process

WATCHED = """
import time
from shared.runtime.settings import Settings
from shared.runtime.telemetry_metrics import metrics
with metrics(Settings()):
    READY
    time.sleep(600)
"""
"""A service that does nothing but serve its metrics."""

Start = Callable[..., AbstractContextManager[StackProcess]]


@pytest.fixture(scope="module")
def ports() -> dict[str, str]:
    names = ("CASEFOLD_KAFKA_PORT", "CASEFOLD_POSTGRES_PORT", "CASEFOLD_REDIS_PORT")
    return {name: str(free_port()) for name in names}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One folder for these tests, so that its servers are set up once."""
    with TemporaryDirectory(prefix="casefold-") as folder:
        yield Path(folder) / ".casefold"


@pytest.fixture
def embedded(home: Path, tmp_path: Path, ports: dict[str, str]) -> Start:
    return lambda services, **more: stack_process(home, tmp_path / "up.log", services, {**ports, **more})


@pytest.fixture
def beside(kafka: str, database: str, redis: str, topic_prefix: str, tmp_path: Path) -> Start:
    """A stack that starts services only, on servers that are already there."""
    given = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "DATABASE_URL": database, "REDIS_URL": redis}
    named = {"CASEFOLD_TOPIC_PREFIX": topic_prefix, "CASEFOLD_PARTITIONS": "2"}
    every = {**given, **named}
    home, log = tmp_path / "home", tmp_path / "up.log"
    return lambda services, **more: stack_process(home, log, services, {**every, **more})


def two_free_ports() -> int:
    """The first of two that lie side by side."""
    while True:
        port = free_port()
        with socket.socket() as second:
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def test_what_it_keeps_is_there_at_the_next_start(embedded: Start, ports: dict[str, str]) -> None:
    url = f"postgresql://postgres@127.0.0.1:{ports['CASEFOLD_POSTGRES_PORT']}/casefold"
    with embedded({"one": ASLEEP}) as stack:
        stack.says(UP)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept ()")
        assert stack.stop(signal.SIGINT) == 0
        assert stack.left() == []

    with embedded({"one": ASLEEP}) as stack:
        stack.says(UP)
        assert f"127.0.0.1:{ports['CASEFOLD_KAFKA_PORT']}" in stack.output
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchall() == [(0,)]
        assert stack.stop(signal.SIGTERM) == 0
        assert stack.left() == []

    with embedded({"--fresh": "", "one": ASLEEP}) as stack:
        stack.says(UP)
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT count(*) FROM kept")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stop_while_the_servers_start_leaves_nothing(embedded: Start, number: signal.Signals) -> None:
    with embedded({"one": ASLEEP}) as stack:
        stack.says("redis ")
        assert stack.stop(number) == 128 + number
        assert stack.left() == []


def test_nothing_outlives_a_stack_that_was_killed(embedded: Start) -> None:
    with embedded({"one": ASLEEP}) as stack:
        stack.says(UP)
        assert len(stack.left()) > 5
        stack.process.kill()
        eventually(lambda: stack.left() == [], 20, lambda: "\n".join(stack.left()))


def test_the_next_start_ends_what_the_last_one_left(beside: Start) -> None:
    with beside({"one": ASLEEP, "two": ASLEEP}) as stack:
        stack.says(UP)
        (watchdog,) = (child for child in psutil.Process(stack.process.pid).children() if _is_watchdog(child))
        watchdog.kill()
        stack.process.kill()
        stack.process.wait()
        assert len(stack.left()) == 2

        with beside({"one": ASLEEP}) as second:
            second.says(UP)
            assert "An earlier stack was killed; ended what it had left running: two, one." in second.output
            assert second.stop(signal.SIGTERM) == 0
            assert second.left() == []


def _is_watchdog(process: psutil.Process) -> bool:
    return "services.ops.watchdog" in process.cmdline()


def test_a_port_that_is_taken_is_named(embedded: Start, ports: dict[str, str]) -> None:
    port = ports["CASEFOLD_REDIS_PORT"]
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(port)))
        taken.listen()
        with embedded({"one": ASLEEP}) as stack:
            assert stack.process.wait(60) == 1
            assert (
                f"error: port {port} is taken, and Redis wants it: stop what uses it, "
                "or set CASEFOLD_REDIS_PORT to a free port\n"
            ) in stack.output
            assert stack.left() == []


def test_a_jar_that_cannot_be_fetched_is_named(embedded: Start, tmp_path: Path) -> None:
    unreachable = f"http://127.0.0.1:{free_port()}"
    with embedded({"one": ASLEEP}, M2_REPO=str(tmp_path), HTTPS_PROXY=unreachable) as stack:
        assert stack.process.wait(60) == 1
        assert "error: Kafka needs the jar " in stack.output
        assert f"which is not in {tmp_path} and could not be fetched (ProxyError)" in stack.output
        assert stack.left() == []


def test_a_service_that_dies_ends_the_stack(beside: Start, tmp_path: Path) -> None:
    dying = "READY; import time; time.sleep(1); print('the disk is full'); raise SystemExit(3)"
    with beside({"steady": ASLEEP, "dying": dying}) as stack:
        stack.says(UP)
        assert stack.process.wait(30) == 1
        log = tmp_path / "home" / "log" / "dying.log"
        assert (
            f"error: dying ended with exit code 3 (log: {log}); the last it said:\n  the disk is full\n"
        ) in stack.output
        assert stack.left() == []


def test_a_service_that_never_starts_ends_the_stack(beside: Start) -> None:
    with beside({"steady": ASLEEP, "broken": "raise SystemExit('no such option')"}) as stack:
        assert stack.process.wait(60) == 1
        assert "error: broken ended with exit code 1 " in stack.output
        assert UP not in stack.output
        assert stack.left() == []


def test_a_service_that_does_not_stop_is_killed_at_the_second_signal(beside: Start) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + ASLEEP
    with beside({"deaf": deaf}) as stack:
        stack.says(UP)
        stack.process.send_signal(signal.SIGINT)
        stack.says("Stopping")
        assert stack.stop(signal.SIGINT) == 0
        assert stack.left() == []


def test_two_stacks_do_not_share_a_folder(beside: Start) -> None:
    with beside({"one": ASLEEP}) as stack:
        stack.says(UP)
        with stack_process(stack.home, stack.home / "second.log", {"one": ASLEEP}, {}) as second:
            assert second.process.wait(60) == 1
            assert f"error: another stack (process {stack.process.pid}) runs below {stack.home}: " in second.output
            assert stack.process.poll() is None


def test_each_service_serves_its_metrics_at_a_port_of_its_own(beside: Start) -> None:
    port = two_free_ports()
    with beside({"one": WATCHED, "two": WATCHED}, CASEFOLD_METRICS_PORT=str(port)) as stack:
        stack.says(UP)
        for name, own in (("one", port), ("two", port + 1)):
            assert f"  metrics        http://127.0.0.1:{own}/metrics ({name})\n" in stack.output
            with urlopen(f"http://127.0.0.1:{own}/metrics") as answer:
                assert b"process_cpu_seconds_total" in answer.read()


def test_a_port_for_metrics_that_is_taken_is_named(beside: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with beside({"one": WATCHED}, CASEFOLD_METRICS_PORT=str(port)) as stack:
            assert stack.process.wait(60) == 1
            assert (
                f"error: port {port} is taken, and one for its metrics wants it: stop what uses it, "
                "or set CASEFOLD_METRICS_PORT to a free port\n"
            ) in stack.output


def test_a_given_server_that_does_not_answer_is_named(beside: Start) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with beside({"one": ASLEEP}, KAFKA_BOOTSTRAP_SERVERS=nobody) as stack:
        assert stack.process.wait(60) == 1
        assert f"error: KAFKA_BOOTSTRAP_SERVERS names a kafka at {nobody} that does not answer: " in stack.output
