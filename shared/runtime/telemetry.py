"""Logs as JSON lines and traces by OTLP, set up once in a process's `__main__`.

A log line names what happened and the ids of it; never a name, an address or a body.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanContext
from structlog.tracebacks import ExceptionDictTransformer

from shared.runtime.client_log import client_line
from shared.runtime.settings import Settings

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

TRACEPARENT = re.compile(
    r"00-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
)
"""W3C Trace Context, section 3.2."""

EXPORTING = Event()
"""Set while spans go to a collector; where it is not, no one need look at a record's trace."""


def configure_logs(settings: Settings, service: str) -> None:
    """Every logger of the process, structlog's and the standard library's, writes to standard error."""

    def named(_: object, __: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        return {**line, "service": service, "instance": settings.instance}

    shared: list[structlog.types.Processor] = [
        client_line,
        named,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            pass_foreign_args=True,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=_LEVELS[settings.log_level], force=True)
    logging.captureWarnings(capture=True)


@contextmanager
def tracing(settings: Settings, service: str) -> Iterator[None]:
    """Spans of the block are exported where a collector is configured; else they cost nothing."""
    if settings.otlp_endpoint is None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.trace_share)),
        resource=Resource.create(
            {"service.name": f"casefold-{service}", "service.instance.id": settings.instance}
        ),
    )
    endpoint = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    EXPORTING.set()
    try:
        yield
    finally:
        EXPORTING.clear()
        provider.shutdown()


def traceparent(incoming: str | None = None) -> str | None:
    """The W3C `traceparent` of the current span; without one, that which came in, where it is well-formed."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        return traceparent_of(context)
    if incoming is not None and TRACEPARENT.fullmatch(incoming):
        return incoming
    return None


def traceparent_of(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
