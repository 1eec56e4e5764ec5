"""An agent's live stream, from two API processes, with the real processor behind them."""

import asyncio
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import httpx
import pytest
from confluent_kafka import Producer

from shared.events.envelope import Origin
from shared.events.ticket_events import TICKET_EVENTS, TicketAssigned, TicketEventData, TicketUnassigned
from shared.events.wire import event_headers
from shared.runtime.partition import PARTITIONER
from shared.runtime.settings import Settings
from tests.issuing import Issuer
from tests.listening import Listening, Sent, listening
from tests.processing import eventually, listed, send
from tests.projecting import happened
from tests.suite import on_free_ports, running

API = [("services.intake", "api")]


@dataclass(frozen=True, slots=True)
class Apis:
    """Two processes behind one load balancer, and who may ask them."""

    settings: Settings
    first: str
    second: str
    issuer: Issuer

    def token(self, subject: str, role: str = "agent", expires_at: float | None = None) -> str:
        until = int(time.time()) + 600 if expires_at is None else int(expires_at)
        return self.issuer.token(sub=subject, role=role, exp=until)

    def as_lead(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token('lea', 'lead')}"}
        return httpx.AsyncClient(base_url=f"{self.first}/v1", headers=headers, timeout=10)


@pytest.fixture
def apis(settings: Settings, issuer: Issuer, redis: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Apis]:
    monkeypatch.setenv("CASEFOLD_OIDC_ISSUER", issuer.url)
    mine = settings.model_copy(update={"redis_url": redis, "log_level": "info"})
    first = on_free_ports(mine)
    second = on_free_ports(mine.model_copy(update={"home": settings.home / "second"}))
    with running(first, API), running(second, API):
        yield Apis(first, f"http://127.0.0.1:{first.port}", f"http://127.0.0.1:{second.port}", issuer)


@pytest.fixture
def processor_of(apis: Apis) -> Iterator[None]:
    with running(apis.settings, [("services.intake", "processor")]):
        send(apis.settings, listed("ada", "ben"))
        yield


def say(settings: Settings, *told: tuple[UUID, TicketEventData], origin: Origin = Origin.LIVE) -> None:
    """As the processor records it."""
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers, "partitioner": PARTITIONER})
    for ticket, data in told:
        event = replace(happened(data, 2, ticket=ticket), origin=origin)
        producer.produce(
            settings.topic("ticket.events"),
            TICKET_EVENTS.encode(data),
            str(ticket),
            headers=dict(event_headers(event, TICKET_EVENTS.name_of(data), b"/tests")),
        )
        producer.poll(0)
    assert producer.flush(30) == 0


async def told(stream: Listening, count: int) -> list[Sent]:
    async with asyncio.timeout(10):
        found = [await stream.next() for _ in range(count)]
    return [sent for sent in found if sent is not None]


def tickets(sent: Sequence[Sent]) -> list[str]:
    return [one.data["ticket_id"] for one in sent]


async def opened(lead: httpx.AsyncClient) -> dict[str, str]:
    answer = await lead.post("/tickets", json={"subject": "Printer", "requester": {"id": "rita"}})
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


@pytest.mark.usefixtures("processor_of")
async def test_an_agent_is_told_within_a_second_on_every_process(apis: Apis) -> None:
    async with (
        apis.as_lead() as lea,
        listening(apis.first, apis.token("ada")) as here,
        listening(apis.second, apis.token("ada")) as there,
        listening(apis.second, apis.token("ben")) as bens,
    ):
        assert (here.answer.status_code, here.answer.headers["content-type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        ticket = await opened(lea)
        path = f"/tickets/{ticket['ticket_id']}"
        # when she is given a ticket
        assert (await lea.post(f"{path}/assign", json={"assignee_id": "ada"})).status_code == 200
        at = time.monotonic()
        (given_here,), (given_there,) = await told(here, 1), await told(there, 1)
        assert time.monotonic() - at < 1
        # then she is told which, on whichever process she listens
        moment = given_here.data.pop("at")
        assert (given_here.kind, given_here.data) == (
            "assigned",
            {
                "ticket_id": ticket["ticket_id"],
                "reference": ticket["reference"],
                "version": 2,
                "by": "lea",
                "to": "ada",
            },
        )
        assert given_there.data == {**given_here.data, "at": moment}
        # when another is given it, both are told; and when it is taken from him, he is
        assert (await lea.post(f"{path}/assign", json={"assignee_id": "ben"})).status_code == 200
        assert (await lea.post(f"{path}/unassign")).status_code == 200
        (taken,), bens_own = await told(here, 1), await told(bens, 2)
        assert (taken.kind, taken.data["version"], taken.data["to"]) == ("unassigned", 3, "ben")
        assert [(one.kind, one.data["version"], one.data["to"]) for one in bens_own] == [
            ("assigned", 3, "ben"),
            ("unassigned", 4, None),
        ]


async def test_one_who_comes_back_elsewhere_has_missed_nothing(apis: Apis) -> None:
    ids = [uuid4() for _ in range(40)]
    say(apis.settings, *((ticket, TicketAssigned("ada")) for ticket in ids[:5]))
    async with listening(apis.first, apis.token("ada")) as stream:
        await stream.placed()
        say(apis.settings, *((ticket, TicketAssigned("ada")) for ticket in ids[5:10]))
        seen = await told(stream, 5)
        position = stream.last_id
    # when she is away, and others are told much
    say(
        apis.settings,
        *((ticket, TicketAssigned("ada")) for ticket in ids[10:30]),
        *((uuid4(), TicketAssigned("ben")) for _ in range(500)),
    )
    async with listening(apis.second, apis.token("ada"), position) as stream:
        seen += await told(stream, 20)
        say(apis.settings, *((ticket, TicketAssigned("ada")) for ticket in ids[30:]))
        seen += await told(stream, 10)
    # then all was told, once, whatever the partition
    assert sorted(tickets(seen)) == sorted(map(str, ids[5:]))


async def test_a_process_that_starts_reads_again_what_was_missed(apis: Apis, settings: Settings) -> None:
    async with listening(apis.first, apis.token("ada")) as stream:
        await stream.placed()
        position = stream.last_id
    ids = [uuid4() for _ in range(20)]
    say(apis.settings, *((ticket, TicketAssigned("ada")) for ticket in ids))
    third = on_free_ports(apis.settings.model_copy(update={"home": settings.home / "third"}))
    with running(third, API):
        async with listening(f"http://127.0.0.1:{third.port}", apis.token("ada"), position) as stream:
            assert sorted(tickets(await told(stream, 20))) == sorted(map(str, ids))


@pytest.mark.parametrize("last_event_id", ["nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
async def test_what_is_not_remembered_says_so(apis: Apis, last_event_id: str) -> None:
    async with listening(apis.first, apis.token("ada"), last_event_id) as stream:
        (reset,) = await told(stream, 1)
        assert (reset.kind, reset.data) == ("reset", {})
        # and the stream goes on from there
        ticket = uuid4()
        say(apis.settings, (ticket, TicketUnassigned("ada")))
        (taken,) = await told(stream, 1)
        assert (taken.kind, taken.data["ticket_id"]) == ("unassigned", str(ticket))
        position = stream.last_id
    async with listening(apis.second, apis.token("ada"), position) as stream:
        say(apis.settings, (ticket, TicketAssigned("ada")))
        assert [one.kind for one in await told(stream, 1)] == ["assigned"]


async def test_an_import_and_what_cannot_be_read_tell_nobody_anything(apis: Apis) -> None:
    ticket = uuid4()
    async with listening(apis.first, apis.token("ada")) as stream:
        await stream.placed()
        say(apis.settings, (uuid4(), TicketAssigned("ada")), origin=Origin.IMPORT)
        poison(apis.settings)
        say(apis.settings, (ticket, TicketAssigned("ada", previous_assignee_id="ada")))
        assert tickets(await told(stream, 1)) == [str(ticket)]


def poison(settings: Settings) -> None:
    assigned = TicketAssigned("ada")
    headers = event_headers(happened(assigned, 2), TICKET_EVENTS.name_of(assigned), b"/tests")
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers})
    producer.produce(settings.topic("ticket.events"), b"{", str(uuid4()), headers=dict(headers))
    assert producer.flush(10) == 0


async def test_it_ends_with_the_token(apis: Apis) -> None:
    begun = time.time()
    async with listening(apis.first, apis.token("ada", expires_at=begun + 3)) as stream:
        assert await stream.next() is None
    assert 1.5 < time.time() - begun < 5
    async with listening(apis.first, apis.token("ada", expires_at=begun - 60)) as refused:
        assert refused.answer.status_code == 401


async def test_it_is_kept_alive_and_keeps_its_place(apis: Apis) -> None:
    async with listening(apis.first, apis.token("ada")) as stream:
        await stream.placed()
        first = stream.last_id
        say(apis.settings, *((uuid4(), TicketAssigned("ben")) for _ in range(50)))
        async with asyncio.timeout(20):
            waiting = asyncio.create_task(stream.next())
            while stream.comments == 0:  # noqa: ASYNC110 - another process's word
                await asyncio.sleep(0.05)
        assert stream.last_id != first
        waiting.cancel()


async def test_a_process_that_stops_ends_its_streams_at_once(apis: Apis, settings: Settings) -> None:
    third = on_free_ports(apis.settings.model_copy(update={"home": settings.home / "third"}))
    address = f"http://127.0.0.1:{third.port}"
    async with AsyncExitStack() as ended:
        with running(third, API):
            streams = [await ended.enter_async_context(listening(address, apis.token("ada"))) for _ in range(5)]
            stopping = time.monotonic()
        # then it did not wait for them, and they ended as answers do
        assert time.monotonic() - stopping < 4
        assert [await stream.next() for stream in streams] == [None] * 5


async def test_a_client_that_does_not_read_is_cut_off_and_can_come_back(apis: Apis) -> None:
    ids = [uuid4() for _ in range(30_000)]
    with deaf(apis) as client:
        await asyncio.to_thread(say, apis.settings, *((ticket, TicketAssigned("ada")) for ticket in ids))
        # when it does not read, the process ends it
        log = apis.settings.home / "services.intake-api.log"
        await asyncio.to_thread(eventually, lambda: "stream.cut" in log.read_text())
        heard = await asyncio.to_thread(all_of, client)
    seen = heard.count(b"event: assigned")
    assert 0 < seen < len(ids)
    last = heard.rsplit(b"id: ", 1)[1].split(b"\n")[0].decode()
    async with listening(apis.second, apis.token("ada"), last) as stream:
        rest = await told(stream, len(ids) - seen)
    assert len({*tickets(rest)}) == len(ids) - seen


@contextmanager
def deaf(apis: Apis) -> Iterator[socket.socket]:
    """A client that has asked, and reads no further than the head of the answer."""
    host, port = apis.first.removeprefix("http://").split(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(30)
        client.connect((host, int(port)))
        asked = f"GET /v1/agents/me/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {apis.token('ada')}"
        client.sendall(f"{asked}\r\n\r\n".encode())
        head = b""
        while b"id: " not in head:
            head += client.recv(100)
        yield client


def all_of(client: socket.socket) -> bytes:
    heard = b""
    while part := client.recv(65536):
        heard += part
    return heard
