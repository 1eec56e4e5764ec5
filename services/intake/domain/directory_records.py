"""Records of the directory: saved whole, removed, and kept in order with one another."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.intake.domain.directory_ids import checked_key
from services.intake.domain.directory_links import link_faults
from services.intake.domain.directory_others import Records
from services.intake.domain.directory_references import referring
from services.intake.domain.directory_rights import check_may_write
from services.intake.domain.directory_values import faults_of
from services.intake.domain.expected import check_expected
from services.intake.domain.places import Places
from services.intake.domain.rejected import Rejected
from shared.events.directory import (
    AnyRecord,
    DirectoryCommandData,
    Only,
    RecordRemoved,
    RecordSaved,
    RemoveRecord,
    SaveRecord,
)
from shared.events.envelope import Command

_SAID = 5
"""Faults that one refusal names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, or None where it was removed; its versions go on when it is made again."""

    record: AnyRecord | None
    version: int
    conversation_version: int


def decide_save(
    command: Command[DirectoryCommandData],
    save: SaveRecord,
    entry: Entry | None,
    others: Records,
    places: Places,
) -> tuple[RecordSaved, ...]:
    before = None if entry is None else entry.record
    checked_key(command.subject, save.record)
    check_may_write(command.actor, before, save.record, others)
    _check_there(command, entry)
    if save.only is Only.NEW and before is not None:
        raise Rejected("precondition_failed", f"There is {command.subject} already.")
    if save.only is Only.CHANGED and before is None:
        raise Rejected("precondition_failed", f"There is no {command.subject} in the directory.")
    if before == save.record:
        return ()
    _refuse("invalid_record", faults_of(save.record, places))
    _refuse("invalid_reference", link_faults(command.subject, save.record, others))
    return (RecordSaved(save.record),)


def decide_removal(
    command: Command[DirectoryCommandData], removal: RemoveRecord, entry: Entry | None, others: Records
) -> tuple[RecordRemoved, ...]:
    if entry is None:
        raise Rejected("not_found", f"There is no {command.subject} in the directory.")
    check_may_write(command.actor, entry.record, None, others)
    if entry.record is None:
        return ()
    _check_there(command, entry)
    named_by = referring(command.subject, others)
    if named_by:
        raise Rejected("referred_to", f"{command.subject} is named by {_listed(named_by)}; change that first.")
    return (RecordRemoved(removal.reason),)


def _check_there(command: Command[DirectoryCommandData], entry: Entry | None) -> None:
    """What is not there has no version that an `If-Match` could hold."""
    if command.expected.if_match is not None and (entry is None or entry.record is None):
        raise Rejected("precondition_failed", f"There is no {command.subject} in the directory.")
    check_expected(command.expected, 0 if entry is None else entry.version, 0)


def _refuse(code: str, faults: Iterable[str]) -> None:
    found = list(faults)
    if found:
        raise Rejected(code, f"{_listed(found, '; ')}.")


def _listed(found: list[str], between: str = ", ") -> str:
    more = f"{between}and {len(found) - _SAID} more" if len(found) > _SAID else ""
    return between.join(found[:_SAID]) + more
