"""Spans of what is done with records of the log, each in the trace that its record brings along."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags

from shared.events.wire import RawHeaders, read_headers
from shared.runtime.record import Record
from shared.runtime.telemetry import EXPORTING, TRACEPARENT, traceparent_of

_HEADER = "traceparent"


class LogRecord(Protocol):
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def headers(self) -> RawHeaders: ...


def entered(topic: str, partition: int, offset: int, headers: dict[str, str]) -> Span | None:
    """A span for a record, where spans are exported and its trace is sampled; else None, at next to no cost.

    `headers` are the record's; they name the new span from now on, so that whatever follows from the record
    continues it. End it by `ended`.
    """
    if not EXPORTING.is_set():
        return None
    context = _context(headers.get(_HEADER))
    if context is None:
        return None
    span = _begun(topic, partition, offset, headers, context)
    headers[_HEADER] = traceparent_of(span.get_span_context())
    return span


@contextmanager
def ended(spans: Sequence[Span]) -> Iterator[None]:
    """The spans end with the block, as errors where it fails."""
    try:
        yield
    except BaseException:
        for span in spans:
            span.set_status(StatusCode.ERROR)
        raise
    finally:
        for span in spans:
            span.end()


@contextmanager
def processed(topic: str, records: Iterable[LogRecord]) -> Iterator[None]:
    """A span for each record whose trace is sampled, as long as the block: they are worked on together."""
    if not EXPORTING.is_set():
        yield
        return
    spans: list[Span] = []
    for record in records:
        found = {name: raw.decode() if isinstance(raw, bytes) else raw or "" for name, raw in record.headers or ()}
        span = entered(topic, record.partition, record.offset, found)
        if span is not None:
            spans.append(span)
    with ended(spans):
        yield


@contextmanager
def continued(record: Record) -> Iterator[Record]:
    """A span as long as the block, where the trace is sampled; what follows from the record continues it."""
    headers = read_headers(record.headers) if EXPORTING.is_set() else {}
    span = entered(record.topic, record.partition, record.offset, headers)
    if span is None:
        yield record
        return
    others = [(name, value) for name, value in record.headers or () if name != _HEADER]
    with ended([span]):
        yield replace(record, headers=[*others, (_HEADER, headers[_HEADER].encode())])


def _begun(topic: str, partition: int, offset: int, headers: Mapping[str, str], context: SpanContext) -> Span:
    """Named as OpenTelemetry's conventions for messaging have it; it holds ids and no person's."""
    return trace.get_tracer("casefold.log").start_span(
        f"process {topic}",
        trace.set_span_in_context(NonRecordingSpan(context)),
        SpanKind.CONSUMER,
        {
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.destination.name": topic,
            "messaging.destination.partition.id": str(partition),
            "messaging.kafka.offset": offset,
            "cloudevents.event_id": headers.get("ce_id", ""),
            "cloudevents.event_type": headers.get("ce_type", ""),
        },
    )


def _context(given: str | None) -> SpanContext | None:
    """None: it is no trace, or one that is not sampled."""
    found = None if given is None else TRACEPARENT.fullmatch(given)
    if found is None or not int(found["flags"], 16) & TraceFlags.SAMPLED:
        return None
    return SpanContext(
        int(found["trace"], 16), int(found["span"], 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
