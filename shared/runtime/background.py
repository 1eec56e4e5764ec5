"""Work that runs beside a service's requests; the first piece that fails ends the service."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


class Background:
    """Whoever runs the service waits for `wait_for_failure`, and then ends it.

    `stopping` is set when it begins to end: answers that go on for ever end then.
    """

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    @property
    def failure(self) -> BaseException | None:
        """What ended the first piece of work that failed."""
        return self._failed.result() if self._failed.done() else None

    async def wait_for_failure(self) -> BaseException:
        return await asyncio.shield(self._failed)

    @asynccontextmanager
    async def running(self, name: str, work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """The work goes on until the block ends; to end earlier is to fail."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self._failed.done():
            return
        self._failed.set_result(task.exception() or RuntimeError(f"the work {task.get_name()!r} ended"))
