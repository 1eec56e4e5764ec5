"""A real processor process, commands to it, and its topics read back, for tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from shared.events.agent import AGENT_EVENTS, AgentCommandData, AgentEventData, SetAgentLimit
from shared.events.directory import DirectoryCommandData
from shared.events.envelope import Actor, ActorKind, Command, Event
from shared.events.outcomes import COPY_HEADER, Outcome, decode_outcome
from shared.events.personal import Plain
from shared.events.streams import COMMANDS
from shared.events.ticket_commands import OpenTicket, TicketCommandData
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.ticket_values import Requester
from shared.events.wire import command_headers, decode_event
from shared.runtime.ready import READY_FILE
from shared.runtime.settings import Settings

ResultT = TypeVar("ResultT")

ADA = Actor(ActorKind.AGENT, "ada")
BEN = Actor(ActorKind.AGENT, "ben")
LEA = Actor(ActorKind.LEAD, "lea")
RITA = Actor(ActorKind.REQUESTER, "rita")
OPEN = OpenTicket(Plain("Printer on fire"), Plain("It burns since Monday."), Requester("rita", Plain("Rita")))


def environment(settings: Settings) -> dict[str, str]:
    """What a process needs to have these settings."""
    return {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CASEFOLD_TOPIC_PREFIX": settings.topic_prefix,
        "CASEFOLD_PARTITIONS": str(settings.partitions),
        "CASEFOLD_HOME": str(settings.home),
        "CASEFOLD_CHECKPOINT_NAME": settings.checkpoint_name,
        "CASEFOLD_COMMAND_MEMORY": str(settings.command_memory.total_seconds()),
        "CASEFOLD_SESSION_TIMEOUT": str(int(settings.session_timeout.total_seconds())),
        "CASEFOLD_TRANSACTION_TIMEOUT": str(int(settings.transaction_timeout.total_seconds())),
        "CASEFOLD_LOG_LEVEL": settings.log_level,
    }


class Running:
    """A processor that a test may kill, stop and let go on."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._ready = folder / f"ready-{uuid4().hex}"
        self.log = folder / f"processor-{settings.checkpoint_name}-{uuid4().hex[:6]}.log"
        environ = {**environment(settings), READY_FILE: str(self._ready)}
        environ["CASEFOLD_INSTANCE"] = f"{settings.checkpoint_name}-{uuid4().hex[:6]}"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.intake", "processor"], env=environ, stdout=output, stderr=output
            )

    def await_ready(self, timeout_s: float = 30.0) -> None:
        def ready() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"the processor ended: {self.log.read_text()[-3000:]}")
            return self._ready.exists()

        eventually(ready, timeout_s)

    def signal(self, wanted: signal.Signals) -> None:
        self.process.send_signal(wanted)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(20)


@contextmanager
def processor(settings: Settings, folder: Path) -> Iterator[Running]:
    """Ready when it is yielded; killed at the end, if it still runs."""
    running = Running(settings, folder)
    try:
        running.await_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGCONT)
            running.kill()


def eventually(probe: Callable[[], ResultT], timeout_s: float = 20.0) -> ResultT:
    """The first true result, asked for until the deadline."""
    deadline = time.monotonic() + timeout_s
    while not (result := probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {timeout_s} s")
        time.sleep(0.02)
    return result


CataloguedT = TypeVar("CataloguedT", TicketCommandData, AgentCommandData, DirectoryCommandData)


def wish(
    data: CataloguedT, subject: UUID | str, actor: Actor = ADA, command: UUID | None = None
) -> Command[CataloguedT]:
    return Command(
        id=command or uuid4(),
        subject=str(subject),
        actor=actor,
        now=datetime.now(UTC),
        correlation_id=uuid4(),
        data=data,
        reply_to=0,
    )


def listed(*agents: str, max_load: int = 100, version: int = 1) -> list[Command[AgentCommandData]]:
    """What follows from agents in the directory: they may hold slots."""
    return [wish(SetAgentLimit(max_load, active=True, directory_version=version), agent, LEA) for agent in agents]


Sent = Command[TicketCommandData] | Command[AgentCommandData] | Command[DirectoryCommandData]


def sender(settings: Settings) -> Producer:
    return Producer(
        {"bootstrap.servers": settings.kafka_bootstrap_servers, "partitioner": "murmur2_random", "linger.ms": 5}
    )


def send(settings: Settings, commands: Sequence[Sent]) -> None:
    producer = sender(settings)
    post(producer, settings, commands)
    assert producer.flush(30) == 0


def post(producer: Producer, settings: Settings, commands: Sequence[Sent]) -> None:
    """As `send`, by a producer that is kept, and without the wait."""
    for command in commands:
        stream, catalogue = next(
            (stream, catalogue)
            for stream, catalogue in COMMANDS.items()
            if type(command.data) in catalogue.types.values()
        )
        producer.produce(
            settings.topic(f"{stream}.commands"),
            catalogue.encode(command.data),
            key=command.subject.encode(),
            headers=command_headers(command, catalogue.name_of(command.data), b"/tests"),  # type: ignore[arg-type] # the client's stubs want str | None too
        )
        producer.poll(0)


def read_all(settings: Settings, topic: str, isolation: str = "read_committed") -> list[Message]:
    """Every record of a topic up to its present end, partition by partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap_servers,
            "group.id": f"tests-{uuid4()}",
            "enable.auto.commit": False,
            "isolation.level": isolation,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 10,
        }
    )
    try:
        full = settings.topic(topic)
        partitions = consumer.list_topics(full, timeout=10).topics[full].partitions
        consumer.assign([TopicPartition(full, partition, 0) for partition in partitions])
        left, found = set(partitions), []
        while left:
            for message in consumer.consume(1000, timeout=0.1):
                error = message.error()
                if error is None:
                    found.append(message)
                else:
                    assert error.code() == KafkaError._PARTITION_EOF, error  # noqa: SLF001 - the client's public name
                    left.discard(message.partition())
        return sorted(found, key=lambda m: (m.partition() or 0, m.offset() or 0))
    finally:
        consumer.close()


def events(settings: Settings) -> list[Event[TicketEventData]]:
    return [
        decode_event(TICKET_EVENTS, message.headers(), message.value())  # type: ignore[arg-type] # headers are a list here
        for message in read_all(settings, "ticket.events")
    ]


def agent_events(settings: Settings) -> list[Event[AgentEventData]]:
    return [
        decode_event(AGENT_EVENTS, message.headers(), message.value())  # type: ignore[arg-type] # as above
        for message in read_all(settings, "agent.events")
    ]


def outcomes(settings: Settings, stream: str = "ticket") -> list[Outcome]:
    """Those for the record: copies left out."""
    found = [
        decode_outcome(message.value())
        for message in read_all(settings, "ticket.outcomes")
        if COPY_HEADER not in dict(message.headers() or [])
    ]
    return [outcome for outcome in found if outcome.stream == stream]
