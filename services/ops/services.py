"""The services of the suite, as `casefold up` starts them: one entry each."""

import http.client
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.ops.child import Child, Program
from services.ops.embedded.ports import LOOPBACK, check_free
from services.ops.environment import environment
from services.ops.processes import Processes
from shared.runtime.ready import READY_FILE
from shared.runtime.settings import Settings

HEALTH = "/v1/health/ready"


@dataclass(frozen=True, slots=True)
class Service:
    """A service is ready when it has made its ready file and, where `health` names a path, answers 200 there.

    `port`: what it listens on, and the setting that names it. `wanted`: whether these settings need it at all.
    `watched`: whether it serves metrics.
    """

    name: str
    argv: Sequence[str]
    port: Callable[[Settings], tuple[int, str]] | None = None
    health: str | None = None
    wanted: Callable[[Settings], bool] = lambda _: True
    watched: bool = True

    def address(self, settings: Settings) -> str:
        return "" if self.port is None else f"http://{LOOPBACK}:{self.port(settings)[0]}"


def _python(name: str, module: str, *arguments: str) -> tuple[str, tuple[str, ...]]:
    return name, (sys.executable, "-m", module, *arguments)


SERVICES = (
    Service(
        *_python("issuer", "services.ops.issuer"),
        port=lambda settings: (settings.local_issuer_port, "CASEFOLD_LOCAL_ISSUER_PORT"),
        wanted=lambda settings: settings.oidc_issuer is None,
        watched=False,
    ),
    Service(*_python("intake-processor", "services.intake", "processor")),
    Service(*_python("router", "services.router")),
    Service(*_python("escalation", "services.escalation")),
    Service(*_python("sla", "services.sla")),
    Service(*_python("projector", "services.projections", "projector")),
    Service(
        *_python("origin", "services.ops.origin"),
        port=lambda settings: (settings.port, "CASEFOLD_PORT"),
        health=HEALTH,
    ),
)


def metrics_ports(services: Sequence[Service], settings: Settings) -> Mapping[str, int]:
    """On one machine each watched service has its own: the setting's, and those after it; none where it is 0."""
    if settings.metrics_port == 0:
        return {}
    watched = enumerate((service for service in services if service.watched), settings.metrics_port)
    return {service.name: port for port, service in watched if service.wanted(settings)}


@dataclass(frozen=True, slots=True)
class Running:
    service: Service
    child: Child
    ready_file: Path
    settings: Settings

    def ready(self) -> bool:
        if not self.ready_file.exists():
            return False
        return self.service.health is None or self._answers(self.service.health)

    def _answers(self, path: str) -> bool:
        if self.service.port is None:
            return False
        connection = http.client.HTTPConnection(LOOPBACK, self.service.port(self.settings)[0], timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def start_service(processes: Processes, service: Service, settings: Settings) -> Running:
    """Returns at once; poll `ready()` and `child.exit_code()`. `settings` are the service's own."""
    if service.port is not None:
        check_free(service.port(settings)[0], service.name, service.port(settings)[1])
    if settings.metrics_port:
        check_free(settings.metrics_port, f"{service.name} for its metrics", "CASEFOLD_METRICS_PORT")
    ready_file = processes.home / "run" / f"{service.name}.ready"
    ready_file.unlink(missing_ok=True)
    variables = environment(settings, **{READY_FILE: str(ready_file)})
    child = processes.start(Program(service.name, service.argv, env=variables))
    return Running(service, child, ready_file, settings)
