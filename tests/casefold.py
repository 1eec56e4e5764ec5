"""The `casefold` command as a person runs it, in a process of its own."""

import subprocess
import sys

from shared.runtime.settings import Settings
from tests.processing import environment
from tests.suite import ports


def casefold(
    settings: Settings, *arguments: str, stdin: int = subprocess.DEVNULL
) -> subprocess.CompletedProcess[str]:
    """In a terminal wide enough that nothing is wrapped; `stdin` is a file descriptor."""
    return subprocess.run(
        [sys.executable, "-m", "services.ops", *arguments],
        env={**environment(settings), **ports(settings), "COLUMNS": "300", "TZ": "UTC"},
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
