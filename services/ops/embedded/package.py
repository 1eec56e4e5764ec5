"""Where a Python package keeps the programs that it ships."""

import importlib.util
from pathlib import Path

from services.ops.embedded.server import ServerFailed


def folder_of(package: str, instead: str) -> Path:
    """Found without running the package's own code. `instead`: the setting that does without it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed(f"the package {package} is not installed: run `make setup`, or set {instead}")
    return Path(spec.submodule_search_locations[0])
