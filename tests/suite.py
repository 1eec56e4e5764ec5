"""The suite's own processes, as one test or benchmark needs them."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from services.ops.embedded.ports import free_port
from shared.runtime.ready import READY_FILE
from shared.runtime.settings import Settings
from tests.processing import environment, eventually

SUITE: Sequence[Sequence[str]] = (
    ("services.ops.issuer",),
    ("services.intake", "processor"),
    ("services.projections", "projector"),
    ("services.ops.origin",),
)
_LONGEST_S = 60.0


def on_free_ports(settings: Settings) -> Settings:
    return settings.model_copy(update={"local_issuer_port": free_port(), "port": free_port()})


@contextmanager
def running(settings: Settings, modules: Sequence[Sequence[str]] = SUITE) -> Iterator[None]:
    """Each of `modules`, `python -m` words, ready; ended in reverse order."""
    with ExitStack() as started:
        for words in modules:
            started.enter_context(_process(settings, words))
        yield


@contextmanager
def _process(settings: Settings, words: Sequence[str]) -> Iterator[None]:
    settings.home.mkdir(parents=True, exist_ok=True)
    name = "-".join(words)
    ready = settings.home / f"{name}.ready"
    log = settings.home / f"{name}.log"
    variables = {**environment(settings), **ports(settings), READY_FILE: str(ready)}
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "-m", *words], env=variables, stdout=output, stderr=output)
    try:
        eventually(lambda: _ready(process, ready, log), _LONGEST_S)
        yield
    finally:
        process.terminate()
        process.wait(20)


def ports(settings: Settings) -> dict[str, str]:
    return {
        "CASEFOLD_PORT": str(settings.port),
        "CASEFOLD_LOCAL_ISSUER_PORT": str(settings.local_issuer_port),
    }


def _ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"{process.args!r} ended: {log.read_text()[-2000:]}")
    return ready.exists()


def token(settings: Settings, role: str, subject: str) -> str:
    """As a person on this machine gets one."""
    done = subprocess.run(
        [sys.executable, "-m", "services.ops", "token", "--role", role, "--subject", subject],
        env={**environment(settings), **ports(settings)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def client(settings: Settings, role: str, subject: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{settings.port}/v1",
        headers={"Authorization": f"Bearer {token(settings, role, subject)}"},
        timeout=10,
    )
