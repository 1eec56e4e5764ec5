"""The whole suite on one machine: started, watched, stopped in the reverse order."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Protocol

import psycopg
from confluent_kafka import KafkaException
from sqlalchemy.exc import SQLAlchemyError

from services.ops.embedded.parts import PARTS, Part
from services.ops.groups import provision_all
from services.ops.processes import Processes
from services.ops.services import Running, Service, metrics_ports, start_service
from services.ops.trouble import Trouble
from shared.runtime.daemon import begin
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicMismatch, create_topics

if TYPE_CHECKING:
    from concurrent.futures import Future

Step = tuple[str, Callable[[], None]]
"""What it is called, and the work."""

_LOOK_EVERY_S = 0.1
_READY_WITHIN_S = 60.0


class Reporter(Protocol):
    """Tells the person at the terminal. Called from several threads."""

    def begun(self, name: str, doing: str) -> None: ...

    def done(self, name: str, after_s: float) -> None: ...


class Stopped(Exception):
    """Somebody asked the stack to stop before it was up."""


class ServiceFailed(Trouble):
    """A service ended, or did not become ready."""


class Stack:
    """`start`, then `watch`; leaving the `processes` it was given stops what it started."""

    def __init__(
        self,
        settings: Settings,
        services: Sequence[Service],
        processes: Processes,
        reporter: Reporter,
        stop: Event,
    ) -> None:
        self._settings = settings
        self._services = [service for service in services if service.wanted(settings)]
        self._metrics_ports = metrics_ports(services, settings)
        self._processes = processes
        self._reporter = reporter
        self._stop = stop
        self._running: list[Running] = []

    def start(self) -> None:
        """Returns when everything is ready. Raise `Trouble`, or `Stopped` where `stop` is set before."""
        begun = {part.name: partial(self._start_server, part) for part in PARTS}
        self._together(
            [
                [("kafka", begun["kafka"]), ("topics", self._create_topics)],
                [("postgres", begun["postgres"]), ("tables", self._migrate)],
                [("redis", begun["redis"])],
            ]
        )
        self._start_services()

    def watch(self) -> None:
        """Returns when `stop` is set. Raise `ServiceFailed` when anything ends by itself."""
        while not self._stop.wait(_LOOK_EVERY_S):
            self._processes.check()

    def _start_server(self, part: Part) -> None:
        if part.is_given(self._settings):
            part.check_given(self._settings)
        else:
            part.server(self._processes, self._settings, self._fetched).start()

    def _fetched(self, count: int, missing: int) -> None:
        self._reporter.begun("kafka", f"{count} of {missing} jars fetched" if count < missing else "starting")

    def _create_topics(self) -> None:
        try:
            create_topics(self._settings)
            provision_all(self._settings)
        except TopicMismatch as mismatch:
            raise Trouble(str(mismatch)) from mismatch
        except KafkaException as failure:
            raise Trouble(f"the topics could not be made: {failure.args[0].str()}") from failure

    def _migrate(self) -> None:
        from services.projections.migrate import migrate

        try:
            migrate(self._settings)
        except (psycopg.Error, SQLAlchemyError) as failure:
            raise Trouble(f"the tables could not be brought up to date: {failure}") from failure

    def _together(self, chains: Sequence[Sequence[Step]]) -> None:
        """Chains side by side; the first failure is raised, and the rest is left to the end of the processes."""
        waiting: list[Future[None]] = [begin(chain[0][0], partial(self._one_by_one, chain)) for chain in chains]
        while waiting:
            self._look()
            for chain in [chain for chain in waiting if chain.done()]:
                chain.result()
                waiting.remove(chain)

    def _one_by_one(self, chain: Sequence[Step]) -> None:
        for name, step in chain:
            begun = time.monotonic()
            self._reporter.begun(name, "starting")
            step()
            self._reporter.done(name, time.monotonic() - begun)

    def _start_services(self) -> None:
        begun = time.monotonic()
        for service in self._services:
            self._reporter.begun(service.name, "starting")
            own = {"metrics_port": self._metrics_ports.get(service.name, 0)}
            self._running.append(start_service(self._processes, service, self._settings.model_copy(update=own)))
        waiting = list(self._running)
        while waiting:
            self._look()
            for one in [one for one in waiting if one.ready()]:
                waiting.remove(one)
                self._reporter.done(one.service.name, time.monotonic() - begun)
            if waiting and time.monotonic() - begun > _READY_WITHIN_S:
                late = waiting[0].child
                raise ServiceFailed(
                    f"{late.program.name} is not ready after {_READY_WITHIN_S:.0f} s; {late.ending()}"
                )

    def _look(self) -> None:
        if self._stop.wait(_LOOK_EVERY_S):
            raise Stopped
        self._processes.check()
