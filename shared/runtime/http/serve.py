"""Running an HTTP service: until SIGTERM, which lets requests finish, or until a part of it fails."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable

import structlog
import uvicorn
from fastapi import FastAPI

from shared.runtime.background import Background
from shared.runtime.collector import collect_seldom
from shared.runtime.loop import new_event_loop
from shared.runtime.settings import Settings

_DRAIN_S = 8
_KEEP_ALIVE_S = 75

_log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """Says so once it listens, and when it is about to wait for its answers to end."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None], stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._listening = listening
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)


def serve(app: FastAPI, settings: Settings, listening: Callable[[], None]) -> int:
    """The exit code: 0 after SIGTERM or SIGINT, 1 after a failure. What fails while opening is raised.

    The server raises the signals that it caught once more when it has ended; that is when nothing must happen.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: told.set())
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_serve(app, settings, listening, told))


async def _serve(app: FastAPI, settings: Settings, listening: Callable[[], None], told: threading.Event) -> int:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    async with app.router.lifespan_context(app):
        if told.is_set():  # while the parts were opened
            return 0
        collect_seldom()
        background: Background = app.state.background
        server = _Server(config, listening, background.stopping)
        watch = asyncio.create_task(_end_on_failure(server, background))
        await server.serve()
        watch.cancel()
        return 0 if background.failure is None else 1


async def _end_on_failure(server: uvicorn.Server, background: Background) -> None:
    failure = await background.wait_for_failure()
    _log.error("a part of this process failed", exc_info=failure)
    server.should_exit = True
