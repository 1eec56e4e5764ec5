"""Read model `agent_skills_v1`: one row an agent, with all their skills; the view has a row a skill."""

from collections.abc import Mapping
from typing import NamedTuple

from services.projections.read_models.delivered import Placed
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_records import Agent, record_key

NAME, VERSION = "agent_skills", 1

VIEW = """
SELECT agent.agent_id, skill.key AS skill, skill.value::integer AS proficiency
FROM agent_skills_v1 AS agent, jsonb_each(agent.skills) AS skill
"""

_KEYS = record_key("agents", "")


class SkillsRow(NamedTuple):
    """Proficiency by skill, at `version` of the record; of a removed one none."""

    agent_id: str
    version: int
    skills: Mapping[str, int]


def evolve(row: SkillsRow | None, item: Placed[DirectoryEventData]) -> SkillsRow | None:
    event = item.event
    if row is not None and event.version <= row.version:
        return row
    agent_id = event.subject.removeprefix(_KEYS)
    match event.data:
        case RecordSaved(record=Agent(skills=skills)):
            return SkillsRow(agent_id, event.version, skills)
        case RecordRemoved() if event.subject.startswith(_KEYS):
            return SkillsRow(agent_id, event.version, {})
        case _:
            return row
