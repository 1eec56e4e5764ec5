"""A help desk on real servers: processor and router, agents in the directory, online and with heartbeats."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from services.router.group import GROUP, TOPICS
from shared.events.agent import AgentStatus, SetAgentStatus
from shared.events.directory import SaveRecord
from shared.events.directory_records import Agent, Record, Team, record_key
from shared.events.envelope import Actor, ActorKind
from shared.events.personal import Plain
from shared.runtime.groups import provision
from shared.runtime.heartbeats import PresenceUnavailable, open_heartbeats
from shared.runtime.settings import Settings
from tests.processing import send, wish

ADMIN = Actor(ActorKind.ADMIN, "amy")
SERVICES: Sequence[Sequence[str]] = (("services.intake", "processor"), ("services.router",))


@pytest.fixture
def desk(settings: Settings, redis: str) -> Settings:
    """Settings with the group provisioned, as when topics have just been made."""
    mine = settings.model_copy(update={"redis_url": redis})
    provision(mine, GROUP, TOPICS)
    return mine


def save(settings: Settings, *records: tuple[str, Record]) -> None:
    send(settings, [wish(SaveRecord(record), key, ADMIN) for key, record in records])


def person(team: str = "support", *, max_load: int = 5, skills: dict[str, int] | None = None) -> Agent:
    return Agent(Plain("Somebody"), team, max_load=max_load, skills=skills or {})


def hire(settings: Settings, **people: Agent) -> None:
    """In the directory, and saying that they are online, once the directory has told their slots' limit."""
    teams = sorted({one.team_id for one in people.values()})
    save(settings, *((record_key("teams", team), Team(team.title())) for team in teams))
    save(settings, *((record_key("agents", name), one) for name, one in people.items()))


def online(settings: Settings, *names: str, status: AgentStatus = AgentStatus.ONLINE) -> None:
    send(settings, [wish(SetAgentStatus(status), name, Actor(ActorKind.AGENT, name)) for name in names])


@contextmanager
def beating(settings: Settings, *names: str) -> Iterator[None]:
    """Heartbeats of these agents twice a second, from a thread of their own, whenever Redis is there."""
    over = threading.Event()

    async def beat() -> None:
        async with open_heartbeats(settings) as heartbeats:
            while not over.is_set():
                with suppress(PresenceUnavailable):
                    for name in names:
                        await heartbeats.beat(name)
                await asyncio.sleep(0.5)

    thread = threading.Thread(target=lambda: asyncio.run(beat()))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(5)
