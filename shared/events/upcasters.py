"""Upcasters: one small function for each retired type version, applied in a chain when it is read.

A change that is no new optional field gets a new type version: the dataclass takes the new shape, the
catalogue names the new version, and the old version moves here with a function from its JSON to the next one.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]


class Upcasters:
    """`steps` maps a retired type name to its successor's name and the function that brings it there."""

    def __init__(self, steps: Mapping[str, tuple[str, Callable[[Json], Json]]]) -> None:
        self.steps = dict(steps)

    def upcast(self, name: str, value: bytes) -> tuple[str, Json]:
        """The current type name, and the value in its shape; an unknown name comes back as it is."""
        if name not in self.steps:
            return name, {}
        current: Json = json.loads(value)
        while name in self.steps:
            name, step = self.steps[name]
            current = step(current)
        return name, current


NO_UPCASTERS = Upcasters({})
