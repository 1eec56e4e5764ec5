"""What agents are told of assignments: kept for those who come back, and handed to those who listen."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from services.intake.api.stream_position import BadStreamPosition, StreamPosition

KEPT = 50_000
"""Notices that a process remembers, of all agents."""
_WAITING = 100
"""Notices that may wait for a listener that does not read; then it is cut off, and comes back from its place."""
_OF_ONE = 10
"""Listeners of one agent; one more, and the oldest is cut off."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`data` is JSON. Where it lies in the log: of one agent at most one notice lies at one place."""

    agent_id: str
    kind: Literal["assigned", "unassigned"]
    data: str
    partition: int
    offset: int


@dataclass(slots=True, eq=False)
class Listener:
    """`missed` is to be told first; then what `waiting` brings, each with the position after it."""

    agent_id: str
    after: list[int]
    missed: Sequence[Notice] = ()
    reset: bool = False
    waiting: "asyncio.Queue[tuple[Notice, StreamPosition]]" = field(
        default_factory=lambda: asyncio.Queue(_WAITING)
    )
    cut: asyncio.Event = field(default_factory=asyncio.Event)


class TooManyListeners(Exception):
    """More agents' streams than one process serves."""


class Notices:
    """`positions`: the next offset of each partition that will be noted; all before it was."""

    def __init__(self, topic_id: UUID, positions: Iterable[int], most: int) -> None:
        self.positions = list(positions)
        self._topic_id = topic_id
        self._from = list(self.positions)
        self._kept: deque[Notice] = deque()
        self._kept_of: defaultdict[str, deque[Notice]] = defaultdict(deque)
        self._most = most
        self._listeners: dict[str, list[Listener]] = {}
        self._count = 0

    def note(self, notices: Iterable[Notice], partition: int, position: int) -> None:
        """What one record tells, and the position after it."""
        self.positions[partition] = position
        for notice in notices:
            self._keep(notice)
            for listener in tuple(self._listeners.get(notice.agent_id, ())):
                self._tell(listener, notice)

    def listen(self, agent_id: str, last_seen: str | None) -> Listener:
        """From now on, after what was missed since `last_seen`, as far as it is remembered: else `reset`.

        `leave` must follow. Raise `TooManyListeners`.
        """
        if self._count >= self._most:
            raise TooManyListeners("There are more streams here than can be served at once; try again.")
        listener = Listener(agent_id, list(self.positions))
        if last_seen is not None:
            after = self._parsed(last_seen)
            if after is None:
                listener.reset = True
            else:
                kept = self._kept_of.get(agent_id, ())
                listener.missed = [notice for notice in kept if notice.offset >= after[notice.partition]]
                listener.after = after
        own = self._listeners.setdefault(agent_id, [])
        own.append(listener)
        self._count += 1
        if len(own) > _OF_ONE:
            own[0].cut.set()
        return listener

    def leave(self, listener: Listener) -> None:
        own = self._listeners[listener.agent_id]
        own.remove(listener)
        self._count -= 1
        if not own:
            del self._listeners[listener.agent_id]

    def position_of(self, listener: Listener) -> StreamPosition:
        """Where a listener stands that was told all; another process may have told it more than this one knows."""
        offsets = tuple(map(max, self.positions, listener.after))
        return StreamPosition(self._topic_id, offsets)

    def position_after(self, listener: Listener, notice: Notice) -> StreamPosition:
        """Where a listener stands that was told the first of its `missed` up to this one."""
        listener.after[notice.partition] = notice.offset + 1
        return StreamPosition(self._topic_id, tuple(listener.after))

    def _tell(self, listener: Listener, notice: Notice) -> None:
        if notice.offset < listener.after[notice.partition] or listener.cut.is_set():
            return
        try:
            listener.waiting.put_nowait((notice, self.position_of(listener)))
        except asyncio.QueueFull:
            listener.cut.set()

    def _keep(self, notice: Notice) -> None:
        self._kept.append(notice)
        self._kept_of[notice.agent_id].append(notice)
        if len(self._kept) > KEPT:
            gone = self._kept.popleft()
            self._from[gone.partition] = gone.offset + 1
            of_same = self._kept_of[gone.agent_id]
            of_same.popleft()
            if not of_same:
                del self._kept_of[gone.agent_id]

    def _parsed(self, text: str) -> list[int] | None:
        """None: it is no position, of another topic, or older than what is remembered."""
        try:
            position = StreamPosition.parse(text)
        except BadStreamPosition:
            return None
        if position.topic_id != self._topic_id or len(position.offsets) != len(self._from):
            return None
        if any(offset < first for offset, first in zip(position.offsets, self._from, strict=True)):
            return None
        return list(position.offsets)
