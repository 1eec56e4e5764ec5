"""Who is there: heartbeats in Redis, watched by the one who decides, and each change an event."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import structlog

from services.router.domain.own import own_event
from services.router.domain.routing import Routing
from services.router.group import PRESENCE
from services.router.requests import SOURCE, Post
from shared.events.presence import PRESENCE_EVENTS
from shared.events.routing import Presence, PresenceChanged
from shared.events.wire import event_headers
from shared.runtime.heartbeats import Heartbeats, PresenceUnavailable

_EVERY_S = 1.0
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:casefold:presence")

log = structlog.get_logger(__name__)


class Seen:
    """The last heartbeats, outliving what Redis forgets; `at` is Redis' time, carried on while it is away."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._now: datetime | None = None
        self._read_at = 0.0

    def read(self, last: dict[str, datetime], now: datetime) -> None:
        for agent, moment in last.items():
            self._last[agent] = max(moment, self._last.get(agent, moment))
        self._now, self._read_at = now, time.monotonic()

    def now(self) -> datetime | None:
        """None: Redis was never heard."""
        if self._now is None:
            return None
        return self._now + timedelta(seconds=time.monotonic() - self._read_at)

    def expect(self, agent: str, now: datetime) -> None:
        """On record as present: they have until then to be heard, though Redis knows nothing of them."""
        self._last.setdefault(agent, now)

    def last(self) -> dict[str, datetime]:
        return self._last


async def watch(heartbeats: Heartbeats, routing: Callable[[], Routing | None], post: Post) -> None:
    """For ever. What is on record of presence is what the state of routing has; only what differs is written."""
    seen, written = Seen(), dict[str, Presence]()
    away = False
    while True:
        await asyncio.sleep(_EVERY_S)
        deciding = routing()
        if deciding is None:
            seen, written = Seen(), {}
            continue
        try:
            read = await heartbeats.all()
            seen.read(dict(read.last), read.now)
            away = False
        except PresenceUnavailable as failure:
            if not away:
                log.warning("presence.unavailable", reason=str(failure))
            away = True
        now = seen.now()
        if now is not None:
            for agent, changed in differing(deciding, seen, now, written):
                written[agent] = changed.presence
                await _write(post, agent, changed, now)


def differing(
    routing: Routing, seen: Seen, now: datetime, written: dict[str, Presence]
) -> list[tuple[str, PresenceChanged]]:
    """Whose presence is another than what is on record, or than what was just written about it."""
    state = routing.state
    for agent in state.roster.agents.values():
        if agent.presence is Presence.PRESENT:
            seen.expect(agent.id, now)
    changes = []
    for agent_id, last in sorted(seen.last().items()):
        fresh = now - last <= state.policy.heartbeat_fresh
        presence = Presence.PRESENT if fresh else Presence.ABSENT
        known = state.roster.agents.get(agent_id)
        recorded = Presence.ABSENT if known is None else known.presence
        if presence is not written.get(agent_id, recorded):
            changes.append((agent_id, PresenceChanged(presence, last)))
        elif presence is recorded:
            written.pop(agent_id, None)
    return changes


async def _write(post: Post, agent_id: str, changed: PresenceChanged, now: datetime) -> None:
    event_id = uuid5(_NAMESPACE, f"{agent_id}/{changed.presence}/{changed.since.isoformat()}")
    version = int(now.timestamp() * 1000)
    event = own_event(event_id, agent_id, version, changed, at=now, occurred_at=changed.since)
    headers = event_headers(event, PRESENCE_EVENTS.name_of(changed), SOURCE)
    await post(PRESENCE, key=agent_id.encode(), value=PRESENCE_EVENTS.encode(changed), headers=headers)
