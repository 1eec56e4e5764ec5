"""Read model `agents_v1`: one row an agent of the directory; the view adds what the other two streams tell.

What an agent carries and whether they are there come from streams with no order among them: each has its own read
model and table, and rows of one never wait for those of another.
"""

from datetime import datetime
from typing import NamedTuple

from services.projections.read_models.delivered import Placed, readable
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_records import Agent, Visibility, record_key
from shared.events.personal import PersonalCodec
from shared.events.ticket_values import Tier

NAME, VERSION = "agents", 1

VIEW = """
SELECT agent.id, agent.name, agent.email, agent.team_id, agent.tier,
    coalesce(agent.manager_id, nullif(team.leads[1], agent.id)) AS manager_id,
    agent.max_load, agent.languages, agent.out_of_office_from, agent.out_of_office_until, agent.visibility,
    agent.active, coalesce(carried.status, 'offline') AS status, coalesce(carried.load, 0) AS load,
    coalesce(there.presence, 'absent') AS presence, there.since AS presence_since, agent.version
FROM agents_v1 AS agent
LEFT JOIN teams AS team ON team.id = agent.team_id
LEFT JOIN agent_loads AS carried ON carried.agent_id = agent.id
LEFT JOIN agent_presence AS there ON there.agent_id = agent.id
WHERE NOT agent.removed
"""

_KEYS = record_key("agents", "")


class AgentRow(NamedTuple):
    """`version` is that of the record; a removed one stays, without values, so that it cannot come back."""

    id: str
    version: int
    removed: bool = False
    name: str = ""
    email: str | None = None
    team_id: str | None = None
    tier: Tier = Tier.AGENT
    manager_id: str | None = None
    max_load: int = 0
    languages: tuple[str, ...] = ()
    out_of_office_from: datetime | None = None
    out_of_office_until: datetime | None = None
    visibility: Visibility = Visibility.ALL
    active: bool = False


def evolve(row: AgentRow | None, item: Placed[DirectoryEventData], codec: PersonalCodec) -> AgentRow | None:
    """Every event has the whole record, so the newest one counts, whatever was seen before."""
    event = item.event
    if row is not None and event.version <= row.version:
        return row
    agent_id = event.subject.removeprefix(_KEYS)
    match event.data:
        case RecordSaved(record=Agent() as record):
            absence = record.out_of_office
            return AgentRow(
                id=agent_id,
                version=event.version,
                name=readable(codec, record.name, f"{event.subject}/name"),
                email=readable(codec, record.email, f"{event.subject}/email") or None,
                team_id=record.team_id,
                tier=record.tier,
                manager_id=record.manager_id,
                max_load=record.max_load,
                languages=record.languages,
                out_of_office_from=None if absence is None else absence.begins,
                out_of_office_until=None if absence is None else absence.ends,
                visibility=record.visibility,
                active=record.active,
            )
        case RecordRemoved() if event.subject.startswith(_KEYS):
            return AgentRow(agent_id, event.version, removed=True)
        case _:
            return row
