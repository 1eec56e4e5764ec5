"""Reads that follow writes: a query with a read token waits until the read models have applied its event."""

import asyncio
from datetime import timedelta

import psycopg
from psycopg_pool import PoolTimeout

from services.projections.queries.database import Pool
from services.projections.store import Reached, reached
from shared.runtime.http.problems import Problem
from shared.runtime.read_token import BadReadToken, ReadToken

TOPIC = "ticket.events"

_EVERY_S = 0.004
_DATABASE_AWAY_S = 0.25


class Freshness:
    """One poller a process asks the database for the positions, however many queries wait for them."""

    def __init__(self, connections: Pool, limit: timedelta) -> None:
        self._connections = connections
        self._limit_s = limit.total_seconds()
        self._reached: list[Reached] = []
        self._waiting = 0
        self._wanted = asyncio.Event()
        self._polled = asyncio.Condition()

    async def wait(self, text: str) -> None:
        """Raise a problem: 400 for no token of ours, 409 for one of another log, 503 when it takes too long."""
        try:
            token = ReadToken.parse(text)
        except BadReadToken as fault:
            raise Problem(400, "bad_read_token", str(fault)) from fault
        if self._has(token):
            return
        self._waiting += 1
        self._wanted.set()
        try:
            async with asyncio.timeout(self._limit_s), self._polled:
                await self._polled.wait()
                while not self._has(token):
                    self._refuse_stranger(token)
                    await self._polled.wait()
        except TimeoutError as late:
            raise Problem(
                503,
                "read_behind",
                "The read models have not yet applied the event that the read token stands for; ask again.",
                headers={"Retry-After": "1"},
            ) from late
        finally:
            self._waiting -= 1

    async def poll(self) -> None:
        """Runs beside the requests, for ever; idle while nobody waits."""
        while True:
            await self._wanted.wait()
            if self._waiting == 0:
                self._wanted.clear()
                continue
            try:
                async with self._connections.connection() as connection:
                    positions = await reached(connection)
            except (PoolTimeout, psycopg.OperationalError):
                await asyncio.sleep(_DATABASE_AWAY_S)
                continue
            self._reached = [one for one in positions if one.topic == TOPIC]
            async with self._polled:
                self._polled.notify_all()
            await asyncio.sleep(_EVERY_S)

    def _has(self, token: ReadToken) -> bool:
        return any(
            one.next_offset > token.offset
            for one in self._reached
            if one.topic_id == token.topic_id and one.partition == token.partition
        )

    def _refuse_stranger(self, token: ReadToken) -> None:
        if self._reached and all(one.topic_id != token.topic_id for one in self._reached):
            raise Problem(
                409,
                "read_token_of_another_log",
                "The read token belongs to another log than the read models do; leave it out.",
            )
