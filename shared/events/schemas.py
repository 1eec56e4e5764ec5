"""JSON Schemas of every event, generated from the catalogue into `schemas/`: `python -m shared.events.schemas`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.events.agent import AGENT_EVENTS
from shared.events.catalogue import Catalogue
from shared.events.directory import DIRECTORY_EVENTS
from shared.events.presence import PRESENCE_EVENTS
from shared.events.ticket_events import TICKET_EVENTS

CATALOGUES: Sequence[Catalogue[Any]] = (TICKET_EVENTS, AGENT_EVENTS, DIRECTORY_EVENTS, PRESENCE_EVENTS)
"""Of the streams that other systems read."""

FOLDER = Path(__file__).parent / "schemas"


def documents() -> dict[str, str]:
    """File name to the schema's text."""
    return {
        f"{name}.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": f"urn:casefold:{name}",
                **catalogue.json_schema(name),
            },
            indent=2,
            sort_keys=True,
        )
        + "\n"
        for catalogue in CATALOGUES
        for name in catalogue.types
    }


def stale() -> list[str]:
    """Names of files that are missing, differ, or stand there without a type."""
    wanted = documents()
    there = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        differing = stale()
        for name in differing:
            sys.stderr.write(f"{name} is not what the code says: run python -m shared.events.schemas\n")
        return 1 if differing else 0
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for name, text in documents().items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
