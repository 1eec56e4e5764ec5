"""What the routes of agents at work need: heartbeats, what is known of agents, and what they are told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.intake.api.assignments import TOPIC, open_notices
from services.intake.api.known_agents import KnownAgents, open_known_agents
from services.intake.api.notices import Notices
from shared.runtime.background import Background
from shared.runtime.heartbeats import Heartbeats, open_heartbeats
from shared.runtime.settings import Settings
from shared.runtime.topics import topic_ids


@dataclass(frozen=True, slots=True)
class Presence:
    heartbeats: Heartbeats
    agents: KnownAgents
    notices: Notices


@asynccontextmanager
async def open_presence(settings: Settings, background: Background) -> AsyncIterator[Presence]:
    """Redis need not be there: only what asks it fails without it."""
    ids = await asyncio.to_thread(topic_ids, settings, [TOPIC])
    async with (
        open_heartbeats(settings) as heartbeats,
        open_known_agents(settings, background) as agents,
        open_notices(settings, ids[TOPIC], background) as notices,
    ):
        yield Presence(heartbeats, agents, notices)
