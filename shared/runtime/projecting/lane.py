"""One of the connections over which a projector writes, each batch while the next is read."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from psycopg import AsyncConnection


class Lane:
    """A connection and the batch that is being written over it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._writing: asyncio.Task[None] | None = None

    def begin(self, writing: Coroutine[Any, Any, None]) -> None:
        self._writing = asyncio.create_task(writing)

    async def settle(self) -> None:
        """Wait for the batch, and raise what it raised."""
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def abandon(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.cancel()
            await asyncio.wait([writing])
