"""A service of the suite as a fault test has it."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from shared.runtime.ready import READY_FILE
from shared.runtime.settings import Settings
from tests.processing import environment, eventually


class Process:
    """A service that a test may kill and start again."""

    def __init__(self, settings: Settings, folder: Path, *words: str) -> None:
        self._settings, self._folder, self._words = settings, folder, words
        self.start()

    def start(self) -> None:
        self._ready = self._folder / f"ready-{uuid4().hex}"
        instance = f"{self._words[0]}-{uuid4().hex[:6]}"
        environ = {**environment(self._settings), READY_FILE: str(self._ready), "CASEFOLD_INSTANCE": instance}
        self.log = self._folder / f"{instance}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self._words], env=environ, stdout=output, stderr=output
            )

    def await_ready(self) -> None:
        eventually(self._is_ready, 60)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return self._ready.exists()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)
