"""Ids of the source's people and teams, as they are here: without white space, each in one spelling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    PERSON = "person"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Renamed:
    """`others`: what else the source writes that has this id here, so that two of its names are one."""

    kind: Kind
    source: str
    id: str
    others: tuple[str, ...] = ()


class Names:
    """Who is not among `people` keeps the source's id, with a hyphen for each run of white space."""

    def __init__(self, people: Mapping[str, str] | None = None) -> None:
        self._people = people or {}
        self._said: dict[tuple[Kind, str], dict[str, bool]] = {}

    def id_of(self, kind: Kind, said: str) -> str:
        known = self._people.get(said.strip()) if kind is Kind.PERSON else None
        name = " ".join((said if known is None else known).split())
        made = name.replace(" ", "-")
        if known is None or made != name:
            self._said.setdefault((kind, made), {})[name] = made != name
        return made

    def renamed(self) -> Sequence[Renamed]:
        """Those that had to be written otherwise."""
        return [
            Renamed(kind, name, made, tuple(sorted(other for other in said if other != name)))
            for (kind, made), said in sorted(self._said.items())
            for name, changed in sorted(said.items())
            if changed
        ]
