"""A batch folded to one row a subject."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from services.projections.read_models.delivered import Placed

DataT = TypeVar("DataT")
RowT = TypeVar("RowT")


def folded(
    items: Iterable[Placed[DataT]], evolve: Callable[[RowT | None, Placed[DataT]], RowT | None]
) -> list[tuple[int, RowT]]:
    """Each row with its partition, by subject, so that two projectors take locks in the same order."""
    rows: dict[tuple[str, int], RowT] = {}
    for item in items:
        key = item.event.subject, item.partition
        row = evolve(rows.get(key), item)
        if row is not None:
            rows[key] = row
    return [(partition, rows[subject, partition]) for subject, partition in sorted(rows)]
