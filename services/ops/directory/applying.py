"""From a file to the directory: what differs, whether the end is in order, and the steps to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.intake.api.directory_copies import record_of
from services.intake.domain.directory_ids import checked_key
from services.intake.domain.directory_links import link_faults
from services.intake.domain.directory_others import RecordsOf
from services.intake.domain.directory_values import faults_of
from services.intake.domain.directory_warnings import warnings_of
from services.intake.domain.rejected import Rejected
from services.intake.known_places import known_places
from services.ops.directory.difference import difference
from services.ops.directory.file import KIND, Bodies, BrokenDirectory, Filed, place_of
from services.ops.directory.plan import Step, plan
from shared.events.directory_records import Record
from shared.events.personal import IdentityCodec

_CODEC = IdentityCodec()


@dataclass(frozen=True, slots=True)
class Change:
    """From what is present to what a file wants; `removed` are keys."""

    present: Bodies
    wanted: Bodies
    removed: tuple[str, ...]

    @property
    def added(self) -> int:
        return sum(key not in self.present for key in self.wanted)

    @property
    def changed(self) -> int:
        return sum(key in self.present and self.present[key] != body for key, body in self.wanted.items())

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def lines(self) -> Iterator[str]:
        return difference(self.present, self.wanted, self.removed)

    def steps(self) -> Iterator[Step]:
        return plan(records_of(self.present), records_of(self.wanted), self.removed)

    def end(self) -> dict[str, Record]:
        kept = {key: body for key, body in self.present.items() if key not in self.removed}
        return records_of({**kept, **self.wanted})


def change_to(filed: Filed, present: Bodies, name: str, *, prune: bool) -> Change:
    """`prune` removes what the file does not have, of the kinds that it speaks of. Raise `BrokenDirectory`."""
    gone = tuple(
        key for key in present if prune and key.partition("/")[0] in filed.kinds and key not in filed.bodies
    )
    order = list(KIND)
    wanted = dict(sorted(filed.bodies.items(), key=lambda kept: order.index(kept[0].partition("/")[0])))
    change = Change(present, wanted, gone)
    faults = list(_faults(change))
    if faults:
        raise BrokenDirectory(name, faults)
    return change


def warnings_about(records: Mapping[str, Record]) -> Iterator[str]:
    for key, record in records.items():
        yield from (f"{place_of(key)}: {warning}" for warning in warnings_of(record))


def records_of(bodies: Bodies) -> dict[str, Record]:
    """As the directory would have them, if nothing were sealed."""
    return {key: record_of(key.partition("/")[2], body, _CODEC, None) for key, body in bodies.items()}


def _faults(change: Change) -> Iterator[str]:
    """All that the directory would refuse, said at once and before anything is changed."""
    end, places = change.end(), known_places()
    others = RecordsOf(end)
    for key, record in end.items():
        if key in change.wanted:
            try:
                checked_key(key, record)
            except Rejected as refusal:
                yield f"{place_of(key)}: {refusal.detail}"
            yield from (f"{place_of(key)}.{fault}" for fault in faults_of(record, places))
        yield from (f"{place_of(key)}.{fault}" for fault in link_faults(key, record, others))
