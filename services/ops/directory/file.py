"""The directory as a file: all kinds in one, each record under its id, as it would be saved over HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.intake.api.directory_bodies import AnyBody
from services.intake.api.directory_kinds import KINDS_OF_RECORDS, Kind
from services.ops.directory.yaml_text import read_yaml, yaml_of
from services.ops.trouble import Trouble
from shared.events.directory_records import record_key

Bodies = dict[str, AnyBody]
"""By key, as `agents/ada`."""


@dataclass(frozen=True, slots=True)
class Filed:
    """`kinds` are those that the file speaks of, with records or without."""

    bodies: Bodies
    kinds: frozenset[str]


KIND = {kind.name: kind for kind in KINDS_OF_RECORDS}

_SAID = 20


class BrokenDirectory(Trouble):
    """The file does not hold a directory; every fault with its place."""

    def __init__(self, name: str, faults: list[str]) -> None:
        more = [f"and {len(faults) - _SAID} more"] if len(faults) > _SAID else []
        super().__init__("\n  ".join([f"{name} is no directory:", *faults[:_SAID], *more]))


def read_directory(path: Path) -> Filed:
    """Raise `BrokenDirectory`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as failure:
        raise Trouble(f"{path} cannot be read: {failure.strerror}") from failure
    except UnicodeDecodeError as fault:
        raise Trouble(f"{path} is not UTF-8 text") from fault
    return parse(text, str(path))


def parse(text: str, name: str) -> Filed:
    """Raise `BrokenDirectory`. A kind that is named and empty has no records."""
    try:
        given = read_yaml(text)
    except yaml.YAMLError as fault:
        raise BrokenDirectory(name, [" ".join(str(fault).split())]) from fault
    faults: list[str] = []
    found: Bodies = {}
    for kind, record_id, value in _entries(given, faults):
        try:
            found[record_key(kind.name, record_id)] = kind.read(value)
        except ValidationError as refusal:
            faults += [
                f"{_place(kind, record_id, *fault['loc'])}: {_plainly(fault['type'], fault['msg'])}"
                for fault in refusal.errors(include_url=False)
            ]
    if faults:
        raise BrokenDirectory(name, faults)
    return Filed(found, frozenset(given or ()))


def text_of(bodies: Mapping[str, AnyBody]) -> str:
    """The file; what is as it is by default is left out. It reads back to the same, and writes the same again."""
    document: dict[str, dict[str, Any]] = {}
    for kind in KINDS_OF_RECORDS:
        prefix = record_key(kind.name, "")
        for key in sorted(key for key in bodies if key.startswith(prefix)):
            values = bodies[key].model_dump(mode="json", exclude_defaults=True)
            for name in ("skills", "weights"):
                if isinstance(values.get(name), dict):
                    values[name] = dict(sorted(values[name].items()))
            document.setdefault(kind.name, {})[key.removeprefix(prefix)] = values
    return yaml_of(document)


def place_of(key: str) -> str:
    """As faults name it: `agents.ada`."""
    kind, _, record_id = key.partition("/")
    return f"{kind}.{record_id}"


def _entries(given: object, faults: list[str]) -> Iterator[tuple[Kind, str, object]]:
    if given is None:
        return
    if not isinstance(given, dict):
        faults.append("the file: it has no kinds, as teams or agents")
        return
    for name, records in given.items():
        kind = KIND.get(name)
        if kind is None:
            faults.append(f"{name}: there is no such kind; there are {', '.join(KIND)}")
        elif records is None:
            continue
        elif not isinstance(records, dict):
            faults.append(f"{name}: it holds no records by their ids")
        else:
            yield from ((kind, record_id, {} if value is None else value) for record_id, value in records.items())


def _place(kind: Kind, record_id: str, *more: object) -> str:
    return ".".join(map(str, (kind.name, record_id, *(part for part in more if part != "[key]"))))


_PLAINLY = {
    "extra_forbidden": "there is no such field",
    "missing": "it is missing",
    "time_delta_parsing": "it is no duration of ISO 8601, as PT5M or P1D",
}


def _plainly(kind: str, said: str) -> str:
    return _PLAINLY.get(kind, said.removeprefix("Value error, "))
