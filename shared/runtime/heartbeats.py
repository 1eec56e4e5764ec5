"""The Redis hash `presence`: agent id, and when the agent's last heartbeat came, in milliseconds since 1970.

The clock is that of Redis, in writing and in reading: API processes on many machines write, the router reads, and
a heartbeat is as old as one clock says. The hash may be emptied at any moment; the next heartbeats fill it again.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from shared.runtime.settings import Settings

_TIMEOUT_S = 1.0
_CONNECTIONS = 20
_BEAT = """
local now = redis.call('TIME')
local ms = now[1] .. string.format('%03d', math.floor(now[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], ms)
return ms
"""
_LAST = """
local now = redis.call('TIME')
return {now[1] .. string.format('%03d', math.floor(now[2] / 1000)), redis.call('HGET', KEYS[1], ARGV[1])}
"""
_ALL = """
local now = redis.call('TIME')
return {now[1] .. string.format('%03d', math.floor(now[2] / 1000)), redis.call('HGETALL', KEYS[1])}
"""


class PresenceUnavailable(Exception):
    """Redis does not answer; who is there is not known until it does."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`now` is the time of asking, by the same clock; `last` None: none is known."""

    last: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class AllHeartbeats:
    """`last` of each agent that ever sent one, since Redis was last empty."""

    last: Mapping[str, datetime]
    now: datetime


class Heartbeats:
    """Every method raises `PresenceUnavailable`, after two seconds at most."""

    def __init__(self, settings: Settings, redis: "Redis") -> None:
        self._redis = redis
        self._key = settings.topic("presence")

    async def beat(self, agent_id: str) -> datetime:
        """The time that was written."""
        return _moment(await self._run(_BEAT, agent_id))

    async def last(self, agent_id: str) -> Heartbeat:
        now, last = await self._run(_LAST, agent_id)
        return Heartbeat(None if last is None else _moment(last), _moment(now))

    async def all(self) -> AllHeartbeats:
        now, pairs = await self._run(_ALL)
        agents, moments = pairs[::2], pairs[1::2]
        last = {agent.decode(): _moment(at) for agent, at in zip(agents, moments, strict=True)}
        return AllHeartbeats(last, _moment(now))

    async def _run(self, script: str, *arguments: str) -> Any:  # noqa: ANN401 - what the script returns
        try:
            return await self._redis.eval(script, 1, self._key, *arguments)
        except (RedisError, OSError) as failure:
            raise PresenceUnavailable("Redis, which keeps who is there, does not answer.") from failure


@asynccontextmanager
async def open_heartbeats(settings: Settings) -> AsyncIterator[Heartbeats]:
    """Connects when it is first asked; a connection that Redis has closed is made anew once."""
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=_CONNECTIONS,
        timeout=_TIMEOUT_S,
        socket_timeout=_TIMEOUT_S,
        socket_connect_timeout=_TIMEOUT_S,
        retry=Retry(NoBackoff(), 1),
    )
    redis = Redis.from_pool(pool)
    try:
        yield Heartbeats(settings, redis)
    finally:
        await redis.aclose()


def _moment(ms: bytes) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)
