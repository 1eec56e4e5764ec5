"""What an API process knows of agents: status, load and limit, from the end of `agent.events`."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.events.agent import AGENT_EVENTS, AgentEventData, AgentLimitSet, AgentStatus, AgentStatusSet
from shared.events.envelope import Event
from shared.events.wire import decode_event
from shared.runtime.background import Background
from shared.runtime.poison import Poison, guarded
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.settings import Settings

_TAIL = 20_000
"""Events of each partition that are read at the start: the log of slots is kept for ever and only grows."""


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """None: nothing was said of it in the part of the log that this process has read."""

    status: AgentStatus | None = None
    load: int | None = None
    max_load: int | None = None


class KnownAgents:
    def __init__(self) -> None:
        self._agents: dict[str, KnownAgent] = {}
        self._positions: dict[int, int] = {}
        self._moved = asyncio.Condition()

    def of(self, agent_id: str) -> KnownAgent:
        return self._agents.get(agent_id, KnownAgent())

    def apply(self, event: Event[AgentEventData]) -> None:
        known = self.of(event.subject)
        match event.data:
            case AgentStatusSet(status=status):
                known = replace(known, status=status)
            case AgentLimitSet(max_load=limit):
                known = replace(known, max_load=limit)
            case slot:
                known = replace(known, load=slot.load)
        self._agents[event.subject] = known

    async def reached(self, partition: int, offset: int, wait: timedelta) -> None:
        """Wait until the agents' event at that place is applied. Raise `TimeoutError`."""
        async with asyncio.timeout(wait.total_seconds()), self._moved:
            await self._moved.wait_for(lambda: self._positions.get(partition, 0) > offset)

    async def moved_to(self, positions: Mapping[int, int]) -> None:
        async with self._moved:
            self._positions.update(positions)
            self._moved.notify_all()


@asynccontextmanager
async def open_known_agents(settings: Settings, background: Background) -> AsyncIterator[KnownAgents]:
    """Yields when what was there at the start is read. An event that cannot be read tells nothing here.

    It is the projector that has to do with every event, and whose dead letters say so.
    """
    places = [TopicPartition(settings.topic("agent.events"), number) for number in range(settings.partitions)]
    async with open_reader(settings, "agents", places) as consumer:
        first, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, max(first[place], ends[place] - _TAIL))
        known = KnownAgents()
        while not all([await consumer.position(place) >= ends[place] for place in places]):
            await _read(consumer, known)
        await known.moved_to({place.partition: await consumer.position(place) for place in places})
        async with background.running("agents", _follow(consumer, known)):
            yield known


async def _follow(consumer: AIOKafkaConsumer, known: KnownAgents) -> None:
    while True:
        await _read(consumer, known)


async def _read(consumer: AIOKafkaConsumer, known: KnownAgents) -> None:
    batch: Mapping[TopicPartition, Sequence[ConsumerRecord]] = await consumer.getmany(timeout_ms=WAIT_MS)
    for records in batch.values():
        for record in records:
            event = guarded(partial(decode_event, AGENT_EVENTS, record.headers, record.value))
            if not isinstance(event, Poison):
                known.apply(event)
    if batch:
        await known.moved_to({place.partition: await consumer.position(place) for place in batch})
