"""Figures of the processor alone: commands decided a second, restoring a million tickets, memory."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import psutil
from confluent_kafka import IsolationLevel, Producer
from confluent_kafka.admin import AdminClient

from services.intake.domain.policy import Policy
from services.intake.domain.ticket import Ticket
from services.intake.processor.aggregate import Kept
from services.intake.processor.aggregates import tickets
from services.intake.processor.ends import end
from services.intake.processor.memory import Memory, Remembered
from services.intake.processor.position import POSITION_KEY, Position, encode_position
from shared.events.envelope import Actor, ActorKind, Command
from shared.events.personal import Plain
from shared.events.ticket_commands import (
    AddNote,
    AssignTicket,
    ChangeTicket,
    OpenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    TicketCommandData,
)
from shared.events.ticket_values import Channel, Message, Priority, Requester, Status
from shared.runtime.partition import PARTITIONER
from shared.runtime.settings import Settings
from shared.runtime.topics import admin, create_topics, topic_ids
from tests.processing import Running, send

Emit = Callable[..., None]

TICKETS = 20_000
KEPT = 1_000_000
OPEN_KEPT = 50_000
REMEMBERED_EACH = 10
_AGENT = Actor(ActorKind.AGENT, "ada")
_ASSIGN = AssignTicket("ada", reservation=UUID("0189d3f4-0000-7000-8000-0000000051c7"))
_BODY = Message(Plain("It still does not print. " * 12))


def run(settings: Settings, emit: Emit) -> None:
    """Each on topics of its own."""
    commands_per_s(settings, emit)
    restore(_own(settings), emit)


def commands_per_s(settings: Settings, emit: Emit) -> None:
    """Seven commands of each of 20,000 tickets, interleaved; timed from ready to the last event.

    Lanes begin one after another, so that some of it is done before all are ready; that is left out.
    """
    samples = []
    for _ in range(3):
        mine = _own(settings)
        create_topics(mine)
        backlog = list(_backlog(random.Random(1)))  # noqa: S311 - a benchmark's fixture
        send(mine, backlog)
        with _running(mine) as running:
            wanted = len(backlog) + TICKETS  # a change makes two events
            begun, started = _events(mine, admin(mine)), time.monotonic()
            _await_events(mine, wanted, running)
            left = len(backlog) * (1 - begun / wanted)
            samples.append(left / (time.monotonic() - started))
    emit("processor.commands_per_s", sorted(samples)[1], "1/s", samples, None)


def restore(settings: Settings, emit: Emit) -> None:
    """A million tickets in the snapshots topic, as the processor leaves them."""
    create_topics(settings)
    _write_kept(settings)
    started = time.monotonic()
    with _running(settings) as running:
        cold = time.monotonic() - started
        emit("processor.cold_restore_s", cold, "s", [cold], None)
    warm = []
    for _ in range(3):
        started = time.monotonic()
        with _running(settings) as running:
            warm.append(time.monotonic() - started)
            if len(warm) == 3:
                _touch_open(settings, running)
                rss = psutil.Process(running.process.pid).memory_info().rss / 2**20
                emit("processor.rss_mb", rss, "MiB", [rss], None)
    emit("processor.restore_s", sorted(warm)[1], "s", warm, None)


class _running:  # noqa: N801 - a context, used as one
    """A processor, ready; stopped in order at the end."""

    def __init__(self, settings: Settings) -> None:
        self._folder = TemporaryDirectory()
        self._running = Running(settings, Path(self._folder.name))

    def __enter__(self) -> Running:
        self._running.await_ready(120)
        return self._running

    def __exit__(self, *_: object) -> None:
        self._running.stop()
        self._folder.cleanup()


def _own(settings: Settings) -> Settings:
    prefix = f"bench{uuid4().hex[:10]}."
    return settings.model_copy(update={"topic_prefix": prefix, "home": settings.home / prefix})


def _backlog(chance: random.Random) -> Iterator[Command[TicketCommandData]]:
    """Every ticket is opened before anything else happens to it."""
    ids = [uuid4() for _ in range(TICKETS)]
    requesters = [Actor(ActorKind.REQUESTER, f"requester-{number % 5000}") for number in range(TICKETS)]
    for ticket, requester in zip(ids, requesters, strict=True):
        yield _command(ticket, requester, OpenTicket(Plain("Printer"), _BODY.body, Requester(requester.id)))
    later: list[tuple[int, TicketCommandData]] = [
        (number, data)
        for data in (
            _ASSIGN,
            ReplyToRequester(_BODY),
            ReplyAsRequester(_BODY),
            AddNote(_BODY),
        )
        for number in chance.sample(range(TICKETS), TICKETS)
    ]
    later += [(number, ChangeTicket(priority=Priority.P1, add_tags=("urgent",))) for number in range(TICKETS)]
    later += [(number, ResolveTicket()) for number in range(TICKETS)]
    for number, data in later:
        actor = requesters[number] if isinstance(data, ReplyAsRequester) else _AGENT
        yield _command(ids[number], actor, data)


def _command(ticket: UUID, actor: Actor, data: TicketCommandData) -> Command[TicketCommandData]:
    command = uuid4()
    return Command(command, str(ticket), actor, datetime.now(UTC), command, data, reply_to=0)


def _await_events(settings: Settings, wanted: int, running: Running) -> None:
    """Until as many lie in the log. It looks seldom, as each look costs the broker."""
    client = admin(settings)
    while _events(settings, client) < wanted:
        if running.process.poll() is not None:
            raise RuntimeError(running.log.read_text())
        time.sleep(0.1)


def _events(settings: Settings, client: AdminClient) -> int:
    topic = settings.topic("ticket.events")
    return sum(
        end(client, topic, partition, IsolationLevel.READ_UNCOMMITTED) for partition in range(settings.partitions)
    )


def _write_kept(settings: Settings) -> None:
    """Snapshots written from one template: only ids differ, as only they matter here."""
    aggregate = tickets(Policy())
    now = datetime.now(UTC)
    marker = UUID(int=0xFEED)
    remembered = Memory()
    for number in range(REMEMBERED_EACH):
        entry = Remembered(uuid4(), now - timedelta(hours=1), "0" * 16, number, number, None)
        remembered = remembered.with_entry(entry)
    templates = [
        aggregate.encode(
            Kept(
                Ticket(
                    id=marker,
                    reference="CF-5724",
                    subject=Plain("The printer on the third floor does not print"),
                    channel=Channel.WEB,
                    priority=Priority.P3,
                    status=status,
                    requester_id="requester-17",
                    created_at=now,
                    version=8,
                    conversation_version=6,
                    assignee_id="ada",
                    messages=(1, 3, 4, 6),
                ),
                remembered,
            )
        ).split(str(marker).encode())
        for status in (Status.CLOSED, Status.OPEN)
    ]
    ids = topic_ids(settings, ["ticket.commands", "ticket.events"])
    producer = Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "partitioner": PARTITIONER,
            "compression.type": "lz4",
            "linger.ms": 50,
            "queue.buffering.max.messages": 200_000,
            "batch.num.messages": 10_000,
        }
    )
    topic = settings.topic("ticket.snapshots")
    for number in range(KEPT):
        key = str(UUID(int=(0xA << 100) | number * 7919)).encode()
        head, tail = templates[number < OPEN_KEPT]
        _produce(producer, topic, head + key + tail, key)
    for partition in range(settings.partitions):
        position = encode_position(
            Position(ids["ticket.commands"], ids["ticket.events"], settings.partitions, number=KEPT)
        )
        producer.produce(topic, position, key=POSITION_KEY, partition=partition)
    if producer.flush(120) != 0:
        raise RuntimeError("the snapshots were not all written")


def _touch_open(settings: Settings, running: Running) -> None:
    """A note on each of the open tickets, so that caches are as full as they get."""
    notes = [
        _command(UUID(int=(0xA << 100) | number * 7919), _AGENT, AddNote(_BODY)) for number in range(OPEN_KEPT)
    ]
    send(settings, notes)
    _await_events(settings, OPEN_KEPT, running)


def _produce(producer: Producer, topic: str, value: bytes, key: bytes) -> None:
    while True:
        try:
            producer.produce(topic, value, key=key)
        except BufferError:
            producer.poll(0.1)
        else:
            return
