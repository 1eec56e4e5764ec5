"""What the routes of agents at work need: heartbeats, and what is known of agents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.intake.api.known_agents import KnownAgents, open_known_agents
from shared.runtime.background import Background
from shared.runtime.heartbeats import Heartbeats, open_heartbeats
from shared.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Presence:
    heartbeats: Heartbeats
    agents: KnownAgents


@asynccontextmanager
async def open_presence(settings: Settings, background: Background) -> AsyncIterator[Presence]:
    """Redis need not be there: only what asks it fails without it."""
    async with open_heartbeats(settings) as heartbeats, open_known_agents(settings, background) as agents:
        yield Presence(heartbeats, agents)
