"""What a process's `__main__` sets up, so that the process can be watched: logs, metrics and traces."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.runtime.settings import Settings
from shared.runtime.telemetry import configure_logs, tracing
from shared.runtime.telemetry_metrics import metrics


@contextmanager
def observed(settings: Settings, service: str) -> Iterator[None]:
    configure_logs(settings, service)
    with metrics(settings), tracing(settings, service):
        yield
