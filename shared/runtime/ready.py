"""How a service process tells whoever started it that it is ready."""

import os
from pathlib import Path

READY_FILE = "CASEFOLD_READY_FILE"
"""Environment variable that names the file to make; unset where nobody waits for it."""


def announce_ready() -> None:
    """Make the file; safe to call again."""
    path = os.environ.get(READY_FILE)
    if path:
        Path(path).touch()
