"""A process of the suite for the time of a block, ready when the block begins unless told otherwise."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from services.ops.environment import environment
from shared.runtime.ready import READY_FILE
from shared.runtime.settings import Settings

_PATIENCE_S = 60.0


@contextmanager
def running(settings: Settings, module: str, *arguments: str, until_ready: bool = True) -> Iterator[None]:
    with TemporaryDirectory(prefix="casefold-bench-") as folder:
        ready = Path(folder) / "ready"
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment(settings, **{READY_FILE: str(ready)}),
            stdout=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + _PATIENCE_S
            while until_ready and not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{module} did not get ready")
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            process.wait(30)
