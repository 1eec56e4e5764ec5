"""The agent who asks: heartbeats, status, and what they read of themselves; with Redis, and without it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from confluent_kafka import Producer
from fastapi import FastAPI

from services.intake.api.app import PART as INTAKE
from services.ops.embedded.redis import Redis
from shared.events.directory import DIRECTORY_EVENTS, RecordSaved
from shared.events.directory_records import RoutingPolicy
from shared.events.wire import event_headers
from shared.runtime.heartbeats import open_heartbeats
from shared.runtime.http.application import application
from shared.runtime.settings import Settings
from tests.integration.intake.conftest import As, bearing
from tests.issuing import Issuer
from tests.processing import listed, send
from tests.projecting import NOTED, happened

ME, HEARTBEAT, STATUS = "/agents/me", "/agents/me/heartbeat", "/agents/me/status"
NOBODY = {"id": "ada", "status": None, "load": None, "max_load": None, "presence": "absent"}


async def shows(client: httpx.AsyncClient, **wanted: float) -> None:
    """Wait until the agent's own record says so."""
    async with asyncio.timeout(10):
        while not wanted.items() <= (await client.get(ME)).json().items():  # noqa: ASYNC110 - another process's event
            await asyncio.sleep(0.05)


async def test_a_heartbeat_is_noted_and_says_how_long_it_holds(as_: As, origin_settings: Settings) -> None:
    ada = as_("agent", "ada")
    assert (await ada.get(ME)).json() == {**NOBODY, "last_heartbeat": None, "fresh_for_s": 60.0}
    answer = await ada.post(HEARTBEAT)
    assert (answer.status_code, answer.json()["fresh_for_s"]) == (200, 60.0)
    me = (await ada.get(ME)).json()
    assert (me["presence"], me["last_heartbeat"]) == ("present", answer.json()["at"])
    async with open_heartbeats(origin_settings) as heartbeats:
        everyone = await heartbeats.all()
    assert everyone.last == {"ada": datetime.fromisoformat(answer.json()["at"])}
    assert everyone.now - everyone.last["ada"] < timedelta(seconds=10)


async def test_a_repeated_heartbeat_is_one_later_heartbeat(as_: As, origin_settings: Settings) -> None:
    answers = await asyncio.gather(*(as_("lead", "lea").post(HEARTBEAT) for _ in range(20)))
    async with open_heartbeats(origin_settings) as heartbeats:
        last = (await heartbeats.all()).last
    assert last == {"lea": max(datetime.fromisoformat(answer.json()["at"]) for answer in answers)}


async def test_how_long_a_heartbeat_holds_is_the_policys_to_say(as_: As, settings: Settings) -> None:
    ada = as_("agent", "ada")
    assert (await ada.post(HEARTBEAT)).json()["fresh_for_s"] == 60.0
    say(settings, RoutingPolicy(heartbeat_fresh=timedelta(milliseconds=1)))
    await ada.post(HEARTBEAT)
    await shows(ada, fresh_for_s=0.001)
    await asyncio.sleep(0.01)  # for the heartbeat to grow older than that
    assert (await ada.get(ME)).json()["presence"] == "absent"


def say(settings: Settings, policy: RoutingPolicy) -> None:
    """As the processor would record it."""
    saved = RecordSaved(policy)
    event = replace(happened(NOTED, 1), subject="policies/routing")
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers})
    producer.produce(
        settings.topic("directory.events"),
        DIRECTORY_EVENTS.encode(saved),
        event.subject,
        headers=dict(event_headers(event, DIRECTORY_EVENTS.name_of(saved), b"/tests")),
    )
    assert producer.flush(10) == 0


@pytest.mark.usefixtures("processor")
async def test_a_status_is_recorded_and_read_at_once(as_: As, settings: Settings) -> None:
    ada = as_("agent", "ada")
    unknown = await ada.put(STATUS, json={"status": "online"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_agent")
    send(settings, listed("ada", max_load=3))
    await shows(ada, max_load=3)
    for status, version in (("online", 2), ("busy", 3), ("busy", 3), ("offline", 4)):
        answer = await ada.put(STATUS, json={"status": status})
        assert (answer.status_code, answer.json()) == (200, {"status": status, "version": version})
        assert (await ada.get(ME)).json()["status"] == status


@pytest.mark.usefixtures("processor")
async def test_the_load_is_that_of_the_tickets_held(as_: As, settings: Settings) -> None:
    send(settings, listed("ada", max_load=3))
    ada, lea = as_("agent", "ada"), as_("lead", "lea")
    for load in (1, 2):
        opened = (await lea.post("/tickets", json={"subject": "Printer", "requester": {"id": "rita"}})).json()
        assert (await ada.post(f"/tickets/{opened['ticket_id']}/claim")).status_code == 200
        await shows(ada, load=load, max_load=3)


@pytest.mark.parametrize("body", [None, {}, {"status": "away"}, {"status": "online", "more": 1}, ["online"]])
async def test_a_malformed_status(as_: As, body: object) -> None:
    answer = await as_("agent", "ada").put(STATUS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.fixture
async def with_own_redis(origin_settings: Settings, own_redis: Redis) -> AsyncIterator[FastAPI]:
    app = application(origin_settings.model_copy(update={"redis_url": own_redis.address}), [INTAKE])
    async with app.router.lifespan_context(app):
        yield app


async def test_without_redis_the_rest_goes_on(with_own_redis: FastAPI, own_redis: Redis, issuer: Issuer) -> None:
    async with bearing(with_own_redis, issuer.token()) as ada:
        assert (await ada.post(HEARTBEAT)).status_code == 200
        own_redis.kill()
        refused = await ada.post(HEARTBEAT)
        assert (refused.status_code, refused.json()["code"]) == (503, "presence_unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        me = (await ada.get(ME)).json()
        assert (me["presence"], me["last_heartbeat"]) == (None, None)
        assert (await ada.get("/health/ready")).status_code == 200
        # when it is there again, the first heartbeat finds it
        own_redis.start()
        assert (await ada.post(HEARTBEAT)).status_code == 200
        assert (await ada.get(ME)).json()["presence"] == "present"


async def test_it_starts_without_redis(origin_settings: Settings, issuer: Issuer) -> None:
    app = application(origin_settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}), [INTAKE])
    async with app.router.lifespan_context(app), bearing(app, issuer.token()) as ada:
        assert (await ada.post(HEARTBEAT)).status_code == 503
        assert (await ada.get("/health/ready")).status_code == 200
