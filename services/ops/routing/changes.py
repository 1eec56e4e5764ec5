"""A changed directory as the router would be told of it."""

from collections.abc import Iterator

from services.ops.directory.applying import Change as Filed
from services.ops.directory.applying import records_of
from services.router.domain.changed import Change
from services.router.translating.records import request_of
from shared.events.agent import AgentLimitSet
from shared.events.directory import RecordSaved
from shared.events.directory_records import KINDS, Agent, Category, Record, RoutingPolicy, Team, record_key
from shared.events.routing import AgentRecorded

_AGENTS = record_key(KINDS[Agent], "")


def changes_of(filed: Filed) -> dict[str, Change]:
    """By subject, what is another than now: records that routing rests on, and limits that follow from them."""
    changes: dict[str, Change] = {}
    for key, before, after in _other(filed):
        told = _told(after)
        if told != _told(before):
            changes[key] = told
        was, is_now = _carries(before), _carries(after)
        if was != is_now:
            changes[key.removeprefix(_AGENTS)] = AgentLimitSet(*is_now, directory_version=0)
    return changes


def left_aside(filed: Filed) -> list[str]:
    """Keys of what is another than now and changes no recorded ticket: it came to bear when each was opened."""
    return [key for key, before, after in _other(filed) if _told(before) is None and _told(after) is None]


def _other(filed: Filed) -> Iterator[tuple[str, Record | None, Record | None]]:
    present, end = records_of(filed.present), filed.end()
    for key in (*filed.wanted, *filed.removed):
        if present.get(key) != end.get(key):
            yield key, present.get(key), end.get(key)


def _told(record: Record | None) -> Change:
    """None: there is none, or routing does not rest on it."""
    match None if record is None else request_of(RecordSaved(record)):
        case AgentRecorded() | Team() | Category() | RoutingPolicy() as told:
            return told
        case _:
            return None


def _carries(record: Record | None) -> tuple[int, bool]:
    """What an agent may carry, and whether they carry at all."""
    return (record.max_load, record.active) if isinstance(record, Agent) else (0, False)
