"""What time brings about: targets that are wanting are asked for, and timers that are due fire, in due order."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog
from aiokafka.errors import KafkaError
from psycopg import AsyncConnection

from services.sla import looks, store
from services.sla.domain.commands import target_command
from services.sla.domain.stored import decode
from services.sla.domain.ticket import TicketClocks
from services.sla.looks import Looked
from services.sla.sending import Sending
from services.sla.store import Due, Timer
from services.sla.terms import Terms, due_command, timers_of
from shared.events.envelope import Command
from shared.events.ticket_commands import TicketCommandData
from shared.runtime.broker_clock import BrokerClock

_MARKS, _LOOKS, _FIRES, _MANY = 5_000, 500, 2_000, 100
_MARGIN = timedelta(milliseconds=2)
"""The broker's times are of whole milliseconds, so that what is due in the middle of one is due after it."""
_LONGEST_WAIT_S = 1.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_FIRST_RETRY, _FIRST_OF_MANY, _LONGEST_RETRY = timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=5)
"""Where many are asked for, their answers take longer. To refuse a target something must have happened: once that
is folded, another is asked for at once."""

Held = Callable[[], frozenset[int] | None]
"""The partitions of this process, once what was in them is folded; None: not yet."""

log = structlog.get_logger(__name__)


class Firing:
    """Works on what this process holds; what another still has in hand is locked, and left to it."""

    def __init__(  # noqa: PLR0913 - what it stands between
        self,
        database_url: str,
        terms: Terms,
        clock: BrokerClock,
        sending: Sending,
        *,
        held: Held,
        moved: asyncio.Event,
        calm: asyncio.Event,
    ) -> None:
        """`moved` is set whenever rows may be others; it is cleared here. `calm` is set unless much is due."""
        self._database_url = database_url
        self._terms = terms
        self._clock = clock
        self._sending = sending
        self._held = held
        self._moved = moved
        self._calm = calm
        self._fitted: tuple[frozenset[int], str] | None = None

    async def run(self) -> None:
        """For ever. PostgreSQL and Kafka may go away at any moment: nothing counts as done that was not."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                async with await AsyncConnection.connect(self._database_url, autocommit=True) as connection:
                    await connection.execute("SET synchronous_commit = off")
                    while True:
                        await self._turn(connection)
                        pause = _FIRST_PAUSE_S
            except (psycopg.OperationalError, KafkaError) as failure:
                if isinstance(failure, KafkaError) and not failure.retriable:
                    raise
                self._calm.set()
                log.warning("firing.failed", reason=type(failure).__name__, again_in_s=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _turn(self, connection: AsyncConnection) -> None:
        self._moved.clear()
        held = self._held()
        if not held:
            self._fitted = None
            self._calm.set()
            await self._wait(_LONGEST_WAIT_S)
            return
        fitted = await self._fit(connection, held)
        async with connection.transaction():
            looked = await self._look(connection, held)
        async with connection.transaction():
            fired = await self._fire(connection, held)
        if fired < _MANY:
            self._calm.set()
        else:
            self._calm.clear()
        if fitted and not looked and not fired:
            following = await store.next_try(connection, held)
            left = _LONGEST_WAIT_S if following is None else self._until(following)
            await self._wait(min(left, _LONGEST_WAIT_S))

    async def _fit(self, connection: AsyncConnection, held: frozenset[int]) -> bool:
        """Rules or the hold may have changed, here or while nobody ran; whether all tickets are marked for it."""
        wanted = held, self._terms.basis
        if self._fitted != wanted:
            async with connection.transaction():
                if await looks.fit(connection, *wanted, _MARKS):
                    self._fitted = wanted
        return self._fitted == wanted

    async def _look(self, connection: AsyncConnection, held: frozenset[int]) -> int:
        """A target is asked for later and later, until the fold has it on record or another one to ask for."""
        rows = await looks.to_look_at(connection, self._clock.now(), held, _LOOKS)
        if not rows:
            return 0
        commands: list[Command[TicketCommandData]] = []
        timers: list[Timer] = []
        wanting: set[str] = set()
        states = [None if row.state is None else decode(row.state) for row in rows]
        await self._terms.known(states)
        for row, state in zip(rows, states, strict=True):
            command, found = self._looked(row, state)
            commands += command
            timers += found
            if command:
                wanting.add(row.ticket_id)
        await store.set_timers(connection, [row.ticket_id for row in rows if not row.looks], timers)
        await self._sending.send(commands)
        now = self._clock.now()
        again = [_later(now, _FIRST_OF_MANY, row.looks) if row.ticket_id in wanting else None for row in rows]
        await looks.looked_at(connection, list(zip(rows, again, strict=True)))
        return len(rows)

    def _looked(
        self, row: Looked, state: TicketClocks | None
    ) -> tuple[list[Command[TicketCommandData]], list[Timer]]:
        """Timers are as they were where only the target is asked for again."""
        if state is None:
            return [], []
        target = self._terms.target(state)
        fires = () if row.looks else self._terms.fires(state, target)
        found = timers_of(row.ticket_id, row.partition, fires)
        if target is None:
            return [], found
        return [target_command(target, UUID(row.ticket_id), state.version, self._clock.now())], found

    async def _fire(self, connection: AsyncConnection, held: frozenset[int]) -> int:
        """One alone where the time is not sure: if it is too early, the answer says so."""
        now = self._clock.now()
        rows = await store.due(connection, now - _MARGIN, held, _FIRES if self._clock.sure else 1)
        if not rows:
            return 0
        tickets = await store.standings(connection, {row.ticket_id for row in rows})
        taken = await self._sending.send([due_command(row, tickets[row.ticket_id], now) for row in rows])
        again = self._clock.now()
        wait = _FIRST_RETRY if len(rows) < _MANY else _FIRST_OF_MANY
        await store.move(connection, [_moved(row, at, again, wait) for row, at in zip(rows, taken, strict=True)])
        return len(rows)

    def _until(self, moment: datetime) -> float:
        return max((moment + _MARGIN - self._clock.now()).total_seconds(), 0.0)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return


def _moved(row: Due, taken: datetime, now: datetime, wait: timedelta) -> tuple[Due, datetime, int]:
    """Asked for too early, it is asked for again when it is due; else later and later, until its event comes."""
    if taken < row.fire_at:
        return row, row.fire_at, row.tries
    return row, _later(now, wait, row.tries), row.tries + 1


def _later(now: datetime, first: timedelta, tries: int) -> datetime:
    wait: timedelta = min(first * 2 ** min(tries, 10), _LONGEST_RETRY)
    return now + wait
