"""An OTLP/HTTP collector: a real server that keeps the spans it is sent, for tests."""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True, slots=True)
class Collected:
    """A span as it came; ids in hexadecimal."""

    service: str
    name: str
    kind: str
    trace: str
    span: str
    parent: str
    attributes: Mapping[str, object]
    seconds: float


@dataclass(slots=True)
class Collector:
    endpoint: str
    _spans: list[Collected] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def spans(self) -> list[Collected]:
        with self._lock:
            return list(self._spans)

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            service = str(_values(resource.resource.attributes)["service.name"])
            found = [_collected(service, span) for scope in resource.scope_spans for span in scope.spans]
            with self._lock:
                self._spans += found


@contextmanager
def collecting() -> Iterator[Collector]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            right = (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
            if right:
                collector.take(ExportTraceServiceRequest.FromString(body))
            self.send_response(200 if right else 400)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class names it so
            """Nothing: pytest shows what tests print."""

    server.RequestHandlerClass = Handler
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _collected(service: str, span: Span) -> Collected:
    return Collected(
        service,
        span.name,
        Span.SpanKind.Name(span.kind),
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        _values(span.attributes),
        (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
    )


def _values(found: Iterable[KeyValue]) -> Mapping[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value") for one in found}
