"""Read model `teams_v1`: one row a team of the directory."""

from typing import NamedTuple

from services.projections.read_models.delivered import Placed
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_records import Team, record_key

NAME, VERSION = "teams", 1

VIEW = """
SELECT id, name, leads, fallback_team_id, version
FROM teams_v1
WHERE NOT removed
"""

_KEYS = record_key("teams", "")


class TeamRow(NamedTuple):
    """`version` is that of the record; a removed one stays, without values, so that it cannot come back."""

    id: str
    version: int
    removed: bool = False
    name: str = ""
    leads: tuple[str, ...] = ()
    fallback_team_id: str | None = None


def evolve(row: TeamRow | None, item: Placed[DirectoryEventData]) -> TeamRow | None:
    event = item.event
    if row is not None and event.version <= row.version:
        return row
    team_id = event.subject.removeprefix(_KEYS)
    match event.data:
        case RecordSaved(record=Team(name=name, leads=leads, fallback_team_id=fallback)):
            return TeamRow(team_id, event.version, name=name, leads=leads, fallback_team_id=fallback)
        case RecordRemoved() if event.subject.startswith(_KEYS):
            return TeamRow(team_id, event.version, removed=True)
        case _:
            return row
