"""Read model `agent_loads_v1`: one row an agent: what they say of themself, what they carry, and their limit."""

from typing import NamedTuple, assert_never

from services.projections.read_models.delivered import Placed
from shared.events.agent import (
    AgentEventData,
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    SlotReleased,
    SlotReserved,
)

NAME, VERSION = "agent_loads", 1

VIEW = """
SELECT agent_id, coalesce(status, 'offline') AS status, coalesce(load, 0) AS load, max_load, version
FROM agent_loads_v1
"""


class LoadRow(NamedTuple):
    """After the event `version`; None: not told of since the row began. `max_load` is the limit in force."""

    agent_id: str
    version: int
    status: AgentStatus | None = None
    load: int | None = None
    max_load: int | None = None


def evolve(row: LoadRow | None, item: Placed[AgentEventData]) -> LoadRow:
    """From nothing on, too: what a batch tells is folded first, and then takes the place of what is there."""
    event = item.event
    if row is not None and event.version <= row.version:
        return row
    known = (row or LoadRow(event.subject, 0))._replace(version=event.version)
    match event.data:
        case AgentStatusSet(status=status):
            return known._replace(status=status)
        case AgentLimitSet(max_load=max_load):
            return known._replace(max_load=max_load)
        case SlotReserved(load=load) | SlotReleased(load=load):
            return known._replace(load=load)
        case unknown:
            assert_never(unknown)
