"""What is known of the world's places, as the directory's decider is told it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Places:
    """`zones` are the names of the IANA time zones.

    `subdivisions` are those of a country, by its ISO 3166-1 alpha-2 code, that have public holidays of their own;
    None: the country's are not known.
    """

    zones: Collection[str]
    subdivisions: Callable[[str], Collection[str] | None]
