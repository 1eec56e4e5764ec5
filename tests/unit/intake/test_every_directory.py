"""Whatever is wished of a directory, in whatever order: what it has is in order, and what it did it does once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.directory_links import link_faults
from services.intake.domain.directory_others import RecordsOf
from services.intake.domain.directory_references import references
from services.intake.domain.rejected import Rejected
from shared.events.directory import RemoveRecord, SaveRecord
from tests.directing import Directory, wish
from tests.directory_strategies import KEPT

_WISHES = st.lists(
    KEPT.map(lambda kept: (kept[0], SaveRecord(kept[1]))) | KEPT.map(lambda kept: (kept[0], RemoveRecord())),
    max_size=40,
)


@settings(deadline=None)
@given(_WISHES)
def test_no_sequence_of_wishes_leaves_it_out_of_order(wishes: list[tuple[str, SaveRecord | RemoveRecord]]) -> None:
    directory = Directory({})
    for subject, data in wishes:
        before = dict(directory.states)
        try:
            directory.when(wish(subject, data))
        except Rejected:
            assert directory.states == before
        else:
            assert directory.facts(wish(subject, data)) == []
        records = directory.records()
        for key, record in records.items():
            assert list(link_faults(key, record, RecordsOf(records))) == []
            assert all(reference.key in records for reference in references(record))
