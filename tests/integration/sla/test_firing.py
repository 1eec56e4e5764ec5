"""What time brings about, on rows as the fold leaves them: marked in parts, asked for until on record."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection

from services.sla import looks, store
from services.sla.directory import Directory
from services.sla.domain.stored import encode
from services.sla.firing import Firing
from services.sla.group import own_database
from services.sla.migrate import migrate
from services.sla.sending import open_sending
from services.sla.store import Folded, Standing, Timer
from services.sla.terms import Terms
from shared.events.presets import PRESETS
from shared.runtime.broker_clock import BrokerClock
from shared.runtime.settings import Settings
from tests.clock_log import Log, books
from tests.integration.sla.conftest import MINUTE
from tests.processing import eventually, read_all

HELD = frozenset({0})
AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TICKET = UUID(int=2**128 - 1)
"""After all others."""

STEPS = """
CREATE TABLE steps (step serial, name text);
CREATE FUNCTION step() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO steps (name) VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER marked AFTER INSERT OR UPDATE ON fitted FOR EACH ROW EXECUTE FUNCTION step();
CREATE TRIGGER fired AFTER UPDATE ON timers FOR EACH ROW WHEN (new.tries = 1) EXECUTE FUNCTION step();
"""
MANY = """
INSERT INTO tickets (ticket_id, partition, version, basis, state)
SELECT gen_random_uuid(), 0, 2, 1, %s FROM generate_series(1, 11000)
"""


@pytest.fixture
def desk(settings: Settings) -> Settings:
    migrate(settings)
    return settings


@asynccontextmanager
async def firing(desk: Settings) -> AsyncIterator[Terms]:
    terms, clock, always = Terms(Directory(PRESETS[desk.preset]), desk), BrokerClock(), asyncio.Event()
    async with open_sending(desk, clock) as sending:
        work = Firing(
            own_database(desk), terms, clock, sending, held=lambda: HELD, moved=asyncio.Event(), calm=always
        )
        task = asyncio.create_task(work.run())
        try:
            yield terms
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(desk: Settings, wanted: object, query: str) -> None:
    def found() -> bool:
        with psycopg.connect(own_database(desk)) as connection:
            return connection.execute(query).fetchone() == wanted

    await asyncio.to_thread(eventually, found)


async def fold(desk: Settings, log: Log, *, look: bool, timers: tuple[Timer, ...] = ()) -> None:
    assert log.state is not None
    row = Folded(str(TICKET), 0, log.state.version, log.state.basis, encode(log.state), look)
    async with await AsyncConnection.connect(own_database(desk)) as connection:
        await store.put(connection, [row])
        await store.set_timers(connection, [row.ticket_id], timers)


async def test_timers_fire_while_many_tickets_are_marked(desk: Settings) -> None:
    log = Log(books({}, PRESETS[desk.preset])).open()
    assert log.state is not None
    with psycopg.connect(own_database(desk), autocommit=True) as connection:
        connection.execute(MANY, (encode(log.state),))
        connection.execute("INSERT INTO tickets VALUES (%s, 0, 1, 1, NULL)", (TICKET,))
        connection.execute(
            "INSERT INTO timers VALUES (%s, 'breach', 'resolution', 1, 0, %s, %s, %s)", (TICKET, AGO, AGO, AGO)
        )
        connection.execute(STEPS)
    async with firing(desk):
        await until(desk, (1,), "SELECT count(*) FROM fitted WHERE marked IS NULL")
        await until(desk, (0,), "SELECT count(*) FROM tickets WHERE look_at IS NOT NULL")
    with psycopg.connect(own_database(desk)) as connection:
        steps = [name for (name,) in connection.execute("SELECT name FROM steps ORDER BY step")]
        timed = connection.execute("SELECT count(DISTINCT ticket_id) FROM timers").fetchone()
    assert steps.count("fitted") == 1 + 3
    assert steps.index("timers") < len(steps) - steps[::-1].index("fitted") - 1
    assert timed == (11_001,)


async def test_a_target_is_asked_for_until_the_fold_has_it(desk: Settings) -> None:
    wanted = Log(books({}, PRESETS[desk.preset]), lags=True).open()
    await fold(desk, wanted, look=True)
    asked = "SELECT looks, look_at > now() FROM tickets"
    async with firing(desk):
        await until(desk, (1, True), asked)
        with psycopg.connect(own_database(desk), autocommit=True) as connection:
            connection.execute("UPDATE tickets SET look_at = 'epoch'")
        await until(desk, (2, True), asked)
        await fold(desk, Log(books({}, PRESETS[desk.preset])).open(), look=False)
        await until(desk, (0, None), asked)
    first, second = read_all(desk, "ticket.commands")
    assert first.value() == second.value()
    assert dict(first.headers() or [])["ce_id"] == dict(second.headers() or [])["ce_id"]


async def test_a_mark_stays_until_somebody_has_looked(desk: Settings) -> None:
    log = Log(books({}, PRESETS[desk.preset])).open()
    await fold(desk, log, look=False)
    async with await AsyncConnection.connect(own_database(desk), autocommit=True) as connection:
        assert await looks.fit(connection, HELD, "another", 5_000)
        assert await looks.fit(connection, HELD, "another", 5_000)
        await fold(desk, log, look=False)
        (row,) = await looks.to_look_at(connection, datetime.now(UTC), HELD, 10)
        await looks.looked_at(connection, [(row, None)])
        assert await looks.to_look_at(connection, datetime.now(UTC), HELD, 10) == []


async def test_what_was_folded_before_a_timer_was_locked_is_seen(desk: Settings) -> None:
    """And a fold that comes after it sets the timer anew."""
    later = AGO + MINUTE
    timers = [Timer(str(TICKET), 0, "breach", "resolution", 1, at, at) for at in (AGO, later)]
    log = Log(books({}, PRESETS[desk.preset]), lags=True).open()
    await fold(desk, log, look=False, timers=(timers[0],))
    async with await AsyncConnection.connect(own_database(desk), autocommit=True) as connection:
        async with connection.transaction():
            (due,) = await store.due(connection, datetime.now(UTC), HELD, 10)
            moved = Log(books({}, PRESETS[desk.preset])).open()
            assert moved.state is not None
            folding = asyncio.create_task(fold(desk, moved, look=False, timers=(timers[1],)))
            await until(desk, (1,), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            before = await store.standings(connection, [str(TICKET)])
            await store.move(connection, [(due, datetime.now(UTC) + timedelta(hours=1), 1)])
        await folding
        async with connection.transaction():
            (again,) = await store.due(connection, datetime.now(UTC), HELD, 10)
            after = await store.standings(connection, [str(TICKET)])
    assert (due.fire_at, again.fire_at, again.tries) == (AGO, later, 0)
    assert before == {str(TICKET): Standing(str(TICKET), 1, 1)}
    assert after == {str(TICKET): Standing(str(TICKET), moved.state.version, moved.state.basis)}
