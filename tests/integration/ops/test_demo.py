"""`casefold up --demo`: the README's first minute, with the agents of the demo directory."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.runtime.settings import Settings
from tests.casefold import casefold
from tests.processing import environment, eventually
from tests.suite import on_free_ports, ports


@contextmanager
def up(settings: Settings, log: Path) -> Iterator[str]:
    """What it said until it was up; it is stopped as a person stops it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.ops", "up", "--demo"],
            env={**os.environ, **environment(settings), **ports(settings)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: "Casefold is up." in log.read_text() or process.poll() is not None, 120)
        yield log.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, log.read_text()


def test_the_first_minute(settings: Settings, redis: str, tmp_path: Path) -> None:
    mine = on_free_ports(settings.model_copy(update={"redis_url": redis}))

    def does(*words: str) -> str:
        done = casefold(mine, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with up(mine, tmp_path / "first.log") as said:
        assert "The demo directory: 30 records." in said
        opened = does("ticket", "open", "The printer is on fire", "--as", "requester:rita")
        reference = opened.split()[1]
        assert does("ticket", "claim", reference, "--as", "agent:ada").startswith(f"Claimed {reference}")
        changed = tmp_path / "changed.yaml"
        changed.write_text(does("directory", "demo").replace("name: Ada Lovelace", "name: Ada King"))
        assert does("directory", "apply", str(changed), "--as", "admin:root") == (
            '~ agents/ada\n    name: "Ada Lovelace" -> "Ada King"\n0 added, 1 changed, 0 removed.\n'
        )
    with up(mine, tmp_path / "second.log") as said:
        assert "The directory is as it was left." in said
        assert "name: Ada King" in does("directory", "export", "--as", "admin:root")
