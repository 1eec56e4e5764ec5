"""Who changed what in the directory, and when: told by the log itself, a page at a time."""

from itertools import pairwise

from services.intake.api.directory_answers import By, Change, History
from services.intake.api.directory_bodies import AnyBody
from services.intake.api.directory_copies import body_of
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.envelope import Event
from shared.events.personal import PersonalCodec
from shared.runtime.directory.following import Directory
from shared.runtime.directory.records import KnownRecord


async def history_of(
    directory: Directory, known: KnownRecord, codec: PersonalCodec, page: tuple[int | None, int]
) -> History[AnyBody]:
    """`page`: the version before which it begins, None for the latest, and how many changes it has at most."""
    before, limit = page
    end = len(known.offsets) if before is None else min(before - 1, len(known.offsets))
    begin = max(end - limit, 0)
    one_more = max(begin - 1, 0)
    events = await directory.events(known.offsets[one_more:end])
    record_id = known.key.partition("/")[2]
    changes = [
        _change(record_id, earlier, event, codec)
        for earlier, event in pairwise([*([None] if begin == 0 else []), *events])
        if event is not None
    ]
    return History(items=changes[::-1], next=begin + 1 if begin > 0 else None)


def _change(
    record_id: str,
    earlier: Event[DirectoryEventData] | None,
    event: Event[DirectoryEventData],
    codec: PersonalCodec,
) -> Change[AnyBody]:
    before = _body(record_id, earlier, codec)
    after = _body(record_id, event, codec)
    return Change(
        version=event.version,
        at=event.recorded_at,
        by=By(kind=event.actor.kind, id=event.actor.id),
        changed=[
            name
            for name in dict.fromkeys(name for body in (before, after) if body for name in type(body).model_fields)
            if getattr(before, name, _ABSENT) != getattr(after, name, _ABSENT)
        ],
        record=after,
        reason=event.data.reason if isinstance(event.data, RecordRemoved) else None,
    )


_ABSENT = object()


def _body(record_id: str, event: Event[DirectoryEventData] | None, codec: PersonalCodec) -> AnyBody | None:
    if event is None or not isinstance(event.data, RecordSaved):
        return None
    return body_of(record_id, event.data.record, codec)
