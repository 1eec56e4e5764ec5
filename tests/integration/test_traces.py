"""A ticket's way through the suite is one trace: the request, the processor's decision, the projector's rows."""

from collections.abc import Iterator

import pytest

from shared.runtime.settings import Settings
from tests.collecting import Collected, Collector, collecting
from tests.processing import eventually
from tests.suite import client, on_free_ports, running

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

READ = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def trace_of(traceparent: str) -> str:
    return traceparent.split("-")[1]


def way(collector: Collector, trace: str) -> list[Collected]:
    """From the request on, each followed by those that it led to."""
    spans = [span for span in collector.spans if span.trace == trace]
    ordered = [span for span in spans if span.parent not in {other.span for other in spans}]
    for span in ordered:
        ordered += [other for other in spans if other.parent == span.span]
    return ordered


def shape(spans: list[Collected]) -> list[tuple[str, str, str]]:
    return [(span.service, span.name, span.kind) for span in spans]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Only what a caller asks to have traced is sampled."""
    with collecting() as started:
        monkeypatch.setenv("CASEFOLD_OTLP_ENDPOINT", started.endpoint)
        monkeypatch.setenv("CASEFOLD_TRACE_SHARE", "0")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        yield started


OPENED = [
    ("casefold-origin", "POST /v1/tickets", "SPAN_KIND_SERVER"),
    ("casefold-intake-processor", "process ticket.commands", "SPAN_KIND_CONSUMER"),
    ("casefold-projections-projector", "process ticket.events", "SPAN_KIND_CONSUMER"),
]


def test_one_trace_from_the_request_to_the_rows(settings: Settings, collector: Collector) -> None:
    mine = on_free_ports(settings)
    with running(mine), client(mine, "requester", "rita") as rita, client(mine, "agent", "ada") as ada:
        # given a ticket that nobody asked to have traced
        other = rita.post("/tickets", json={"subject": "Not traced"})
        assert other.status_code == 201
        # when one is opened, and then read, in a caller's own trace
        opened = rita.post("/tickets", json={"subject": "Traced"}, headers={"traceparent": GIVEN})
        assert opened.status_code == 201
        token = {"Read-Token": opened.headers["Read-Token"]}
        ticket = opened.json()["ticket_id"]
        assert ada.get(f"/tickets/{ticket}", headers={"traceparent": READ, **token}).status_code == 200
        # then its spans follow from each other, from the caller's on
        eventually(lambda: len(way(collector, trace_of(GIVEN))) == 3)
        spans = way(collector, trace_of(GIVEN))
        assert shape(spans) == OPENED
        assert [span.parent for span in spans] == [GIVEN.split("-")[2], spans[0].span, spans[1].span]
        assert spans[0].attributes == {
            "http.request.method": "POST",
            "http.route": "/v1/tickets",
            "http.response.status_code": 201,
        }
        partition = spans[1].attributes["messaging.destination.partition.id"]
        assert [dict(span.attributes) for span in spans[1:]] == [
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": topic,
                "messaging.destination.partition.id": partition,
                "messaging.kafka.offset": span.attributes["messaging.kafka.offset"],
                "cloudevents.event_id": span.attributes["cloudevents.event_id"],
                "cloudevents.event_type": of,
            }
            for span, topic, of in (
                (spans[1], "ticket.commands", "casefold.ticket.command.open.v1"),
                (spans[2], "ticket.events", "casefold.ticket.opened.v1"),
            )
        ]
        assert all(0 < span.seconds < 60 for span in spans)
        # and a route is named whole, with its template and not with the ticket
        eventually(lambda: way(collector, trace_of(READ)) != [])
        (read,) = way(collector, trace_of(READ))
        assert (read.name, read.attributes["http.route"]) == (
            "GET /v1/tickets/{ticket_id}",
            "/v1/tickets/{ticket_id}",
        )
        assert {span.trace for span in collector.spans} == {trace_of(GIVEN), trace_of(READ)}
