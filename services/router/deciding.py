"""The one who decides: folds `routing.requests`, sends what follows, and keeps checkpoints on the same topic."""

import asyncio
from collections.abc import Callable

from services.router.domain.decisions import command_of
from services.router.domain.routing import Routing
from services.router.reading import Log
from services.router.requests import Commands, Requests, own_request
from services.router.restoring import restored
from shared.events.routing import ROUTING_REQUESTS, Ticked
from shared.events.wire import decode_event
from shared.runtime.broker_clock import BrokerClock
from shared.runtime.record import Record, Restoring

_CHECKPOINT_EVERY = 5_000
_OPEN_TO_ONE = 10
"""A checkpoint is written after that many requests for each ticket that is open, so that it stays cheap."""
_AGAIN_S = 1.0
_LOOK_S = 0.05
"""Ticks are for seconds: to look at the time after every request cost a twelfth of all that deciding does."""
_CLOCK = "clock"
_CHECKPOINT = "checkpoint"


class Decider:
    """Decides while the partition is this process's, which `held` says."""

    def __init__(self, log: Log, requests: Requests, commands: Commands, held: Callable[[], bool]) -> None:
        self._held = held
        self._log = log
        self._requests = requests
        self._commands = commands
        self._moved = asyncio.Event()
        self._clock = BrokerClock()
        self._kept_at = 0
        self._routing: Routing | None = None

    @property
    def routing(self) -> Routing | None:
        """None: another process decides."""
        return self._routing if self._held() else None

    async def restore(self, restoring: Restoring) -> None:
        """Awaited before the first request since the partition was dealt out. Raise `StateLost`."""
        self._routing = await restored(self._log, restoring.offset, restoring.parked)
        self._kept_at = restoring.offset
        self._moved.set()

    async def handle(self, record: Record) -> None:
        """Raise `Undecodable`."""
        if self._routing is None:
            raise RuntimeError("a request came before the state was restored")
        request = decode_event(ROUTING_REQUESTS, record.headers, record.value)
        if record.timestamp > self._clock.now():  # one of a backlog says nothing of what time it is
            self._clock.heard(record.timestamp)
        for decision in self._routing.apply(request, record.timestamp, record.offset):
            addressed = command_of(decision, request, record.offset)
            await self._commands.send(addressed.stream, addressed.command)
        self._moved.set()
        await self._keep(self._routing, record)

    async def _keep(self, routing: Routing, record: Record) -> None:
        wanted = max(_CHECKPOINT_EVERY, _OPEN_TO_ONE * len(routing.state.tickets))
        if record.offset - self._kept_at < wanted:
            return
        self._kept_at = record.offset
        for part in routing.checkpoint():
            number = record.offset * 1000 + part.number
            await self._requests.write(own_request(part, _CHECKPOINT, number, record.timestamp))

    async def tick(self) -> None:
        """For ever: a request that says nothing but the time, when time alone may change something."""
        while True:
            wanted = None if self.routing is None else self.routing.wanted_tick()
            wait = None if wanted is None else (wanted - self._clock.now()).total_seconds()
            if wait is None or wait > 0:
                await self._wait(wait)
                continue
            now = self._clock.now()
            await self._requests.write(own_request(Ticked(), _CLOCK, int(now.timestamp() * 1000), now))
            await self._wait(_AGAIN_S)

    async def _wait(self, seconds: float | None) -> None:
        """Until something was decided, or time is up."""
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return
        await asyncio.sleep(_LOOK_S)
        self._moved.clear()
