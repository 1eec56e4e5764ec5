"""A topic of things that happened, and workers that write down what they handle of it."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from shared.runtime.groups import provision
from shared.runtime.partition import PARTITIONER
from shared.runtime.ready import READY_FILE
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicSpec, create_topics
from tests.processing import environment, eventually

TOPIC = "things"
Note = tuple[str, int, int, str]
"""What happened, partition, offset, the record's value."""


class Things:
    """Writes to the topic; a record's key is what it is about."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.topic(TOPIC)
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka_bootstrap_servers,
                "transactional.id": f"tests-{uuid4()}",
                "partitioner": PARTITIONER,
                "linger.ms": 0,
            }
        )
        self._producer.init_transactions(30)

    def happen(self, *things: tuple[str, str], aborted: bool = False) -> None:
        """All in one transaction, each of them (key, value)."""
        self._producer.begin_transaction()
        for key, value in things:
            self._producer.produce(self._topic, value, key)
        if aborted:
            self._producer.flush()
            self._producer.abort_transaction()
        else:
            self._producer.commit_transaction()


@dataclass
class Working:
    """One member of the group; all members of a test write to the same notes."""

    process: subprocess.Popen[bytes]
    log: Path
    ready_file: Path

    def await_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            return self.ready_file.exists()

        eventually(ready, 30)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Group:
    """`notes` are those of all its members, in the order in which they were written."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.name = f"things-{uuid4().hex[:8]}.v1"
        self.settings = settings
        self.path = folder / "notes"
        self.members: list[Working] = []
        self._folder = folder

    def begin(self) -> Working:
        number = len(self.members)
        log, ready = self._folder / f"worker-{number}.log", self._folder / f"worker-{number}.ready"
        variables = {**environment(self.settings), READY_FILE: str(ready)}
        with log.open("wb") as output:
            words = [sys.executable, "-m", "tests.working", self.name, TOPIC, str(self.path)]
            process = subprocess.Popen(words, env=variables, stdout=output, stderr=output)
        member = Working(process, log, ready)
        self.members.append(member)
        return member

    def join(self) -> Working:
        member = self.begin()
        member.await_ready()
        return member

    def notes(self, *kinds: str) -> list[Note]:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        parts = (line.split(" ", 3) for line in lines)
        found = [(kind, int(partition), int(offset), value) for kind, partition, offset, value in parts]
        return [note for note in found if note[0] in kinds]

    def values(self, kind: str = "handled") -> list[str]:
        return [value for _, _, _, value in self.notes(kind)]

    def await_values(self, wanted: Sequence[str], kind: str = "handled") -> None:
        """That these were noted at least once; what is missing at the deadline is the failure's text."""
        missing: set[str] = set()

        def all_there() -> bool:
            missing.clear()
            missing.update(set(wanted) - set(self.values(kind)))
            return not missing

        try:
            eventually(all_there, 30)
        except AssertionError as failure:
            logs = "".join(member.log.read_text()[-1500:] for member in self.members)
            raise AssertionError(f"never {kind}: {sorted(missing)[:5]} of {len(missing)}\n{logs}") from failure

    def down(self) -> Path:
        """While the file is there, what needs the server fails."""
        return self.path.with_suffix(".down")

    def mended(self) -> Path:
        return self.path.with_suffix(".mended")


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """With a topic of things, and sessions as short as they may be in production."""
    mine = settings.model_copy(update={"session_timeout": settings.session_timeout * 0.6})
    create_topics(mine, [TopicSpec(TOPIC)])
    return mine


@pytest.fixture
def things(quick: Settings) -> Things:
    return Things(quick)


@pytest.fixture
def group(quick: Settings, tmp_path: Path) -> Iterator[Group]:
    """It begins at the beginning."""
    mine = Group(quick, tmp_path)
    provision(quick, mine.name, [TOPIC])
    yield mine
    for member in mine.members:
        if member.process.poll() is None:
            member.process.send_signal(signal.SIGCONT)
            member.kill()
