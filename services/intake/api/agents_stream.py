"""The agent's live stream: Server-Sent Events of tickets that are given to them and taken from them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Request, Response
from pydantic.json_schema import SkipJsonSchema
from starlette.types import Receive, Scope, Send

from services.intake.api.agents_me import AgentDep
from services.intake.api.notices import Listener, Notice, Notices, TooManyListeners
from services.intake.api.stream_position import StreamPosition
from shared.runtime.background import Background
from shared.runtime.http.documented import problems
from shared.runtime.http.problems import Problem
from shared.runtime.http.tokens import expiry_of

PATH = "/agents/me/stream"

_KEEP_ALIVE_S = 15.0
_STALLED_S = 10.0
"""How long one write may wait for a client that does not read."""
_RETRY = b"retry: 2000\n\n"
_RESET = b"event: reset\ndata: {}\n"
_END_S = 1.0

router = APIRouter(tags=["agents"])
log = structlog.get_logger(__name__)

_EXAMPLE = (
    'id: AZ...\nevent: assigned\ndata: {"ticket_id": "0189d3f4-...", "reference": "CF-5724", "version": 2, '
    '"at": "2026-11-24T12:00:00+00:00", "by": "router", "to": "ada"}\n\n'
)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `assigned` and `unassigned`, and `reset` where what was missed is not known.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}

LastEventId = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="Last-Event-ID",
        max_length=8192,
        description="The `id` that came last: the stream goes on behind it, on whichever process.",
    ),
]


@router.get(PATH, response_class=Response, responses={**_STREAM, **problems(400, 401, 403, 503)})
async def stream_assignments(principal: AgentDep, request: Request, last_event_id: LastEventId = None) -> Response:
    """Be told of tickets that you are given, and of those that are taken from you, within a second."""
    notices: Notices = request.app.state.intake.presence.notices
    ends_at = _ends_at(request)
    try:
        listener = notices.listen(principal.id, last_event_id)
    except TooManyListeners as refusal:
        raise Problem(503, "overloaded", str(refusal), headers={"Retry-After": "5"}) from refusal
    return EventStream(notices, listener, request.app.state.background, ends_at)


def _ends_at(request: Request) -> float:
    """Seconds since 1970; the credential has been checked, and only people have this route."""
    _, _, token = request.headers["authorization"].partition(" ")
    return expiry_of(token.strip())


class EventStream(Response):
    """Ends when the client goes or does not read, when the token expires, and when the process stops."""

    media_type = "text/event-stream"

    def __init__(self, notices: Notices, listener: Listener, background: Background, ends_at: float) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Connection": "close"})
        del self.headers["content-length"]
        self._notices = notices
        self._listener = listener
        self._stopping = background.stopping
        self._ends_at = ends_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            gone = await self._tell(receive, send)
        finally:
            self._notices.leave(self._listener)
        if not gone:
            with contextlib.suppress(TimeoutError):  # of one who does not read: the server closes the connection
                async with asyncio.timeout(_END_S):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, receive: Receive, send: Send) -> bool:
        """Until something ends it; whether the client is gone."""
        works = (self._write(send), _gone(receive), self._listener.cut.wait(), self._stopping.wait())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            left = max(0.0, self._ends_at - time.time())
            done, _ = await asyncio.wait(tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in done:
            task.result()
        if self._listener.cut.is_set():
            log.info("stream.cut", agent=self._listener.agent_id)
        return tasks[1] in done

    async def _write(self, send: Send) -> None:
        try:
            async for part in self._parts():
                async with asyncio.timeout(_STALLED_S):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            self._listener.cut.set()

    async def _parts(self) -> AsyncIterator[bytes]:
        notices, listener = self._notices, self._listener
        yield _RETRY
        if listener.reset:
            yield _RESET + self._id()
        for notice in listener.missed:
            yield _event(notice, notices.position_after(listener, notice))
        yield self._id()
        while True:
            try:
                async with asyncio.timeout(_KEEP_ALIVE_S):
                    notice, position = await listener.waiting.get()
            except TimeoutError:
                yield b":\n" + self._id()
            else:
                yield _event(notice, position)

    def _id(self) -> bytes:
        """No event by itself: one to whom nothing was said for long is not left far behind the log."""
        if not self._listener.waiting.empty():
            return b"\n"
        return f"id: {self._notices.position_of(self._listener)}\n\n".encode()


def _event(notice: Notice, position: StreamPosition) -> bytes:
    return f"id: {position}\nevent: {notice.kind}\ndata: {notice.data}\n\n".encode()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
