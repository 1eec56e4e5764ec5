"""Read model `agent_presence_v1`: one row an agent: whether their heartbeats come."""

from datetime import datetime
from typing import NamedTuple

from services.projections.read_models.delivered import Placed
from shared.events.routing import Presence, PresenceChanged

NAME, VERSION = "agent_presence", 1

VIEW = """
SELECT agent_id, presence, since
FROM agent_presence_v1
"""


class PresenceRow(NamedTuple):
    """`log_offset` is that of the event, of the agent's one partition: presence has no versions of its own."""

    agent_id: str
    log_offset: int
    presence: Presence
    since: datetime


def evolve(row: PresenceRow | None, item: Placed[PresenceChanged]) -> PresenceRow:
    if row is not None and item.offset <= row.log_offset:
        return row
    changed = item.event.data
    return PresenceRow(item.event.subject, item.offset, changed.presence, changed.since)
