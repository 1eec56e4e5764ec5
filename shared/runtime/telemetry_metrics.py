"""The process's Prometheus endpoint: `/metrics`, on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.runtime.settings import Settings


@contextmanager
def metrics(settings: Settings) -> Iterator[None]:
    """For the time of the block, where a port is set. Raise `OSError` where it is taken."""
    if settings.metrics_port == 0:
        yield
        return
    from prometheus_client import start_http_server

    server, thread = start_http_server(settings.metrics_port, settings.host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
