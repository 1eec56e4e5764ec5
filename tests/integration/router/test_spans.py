"""A ticket's way to its agent is a part of the trace that opened it."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.router.group import REQUESTS
from shared.events.agent import AgentStatusSet
from shared.events.envelope import Event
from shared.events.routing import ROUTING_REQUESTS, PresenceChanged, RoutingData
from shared.events.wire import decode_event
from shared.runtime.settings import Settings
from tests.collecting import Collected, collecting
from tests.integration.router.conftest import SERVICES, beating, hire, online, person
from tests.processing import OPEN, RITA, agent_events, events, eventually, read_all, send, wish
from tests.suite import running

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ROUTED = [
    ("casefold-intake-processor", "process ticket.commands"),
    ("casefold-router", "process ticket.events"),
    ("casefold-router", "process routing.requests"),
    ("casefold-intake-processor", "process agent.commands"),
    ("casefold-intake-processor", "process ticket.commands"),
]


def test_from_the_opening_to_the_assignment(desk: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = uuid4()
    with collecting() as collector:
        monkeypatch.setenv("CASEFOLD_OTLP_ENDPOINT", collector.endpoint)
        monkeypatch.setenv("CASEFOLD_TRACE_SHARE", "0")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        with running(desk, SERVICES), beating(desk, "ada"):
            # given an agent who is there
            hire(desk, ada=person())
            eventually(lambda: len(agent_events(desk)) > 0)
            online(desk, "ada")
            eventually(lambda: {AgentStatusSet, PresenceChanged} <= {type(one.data) for one in routed(desk)})
            # when a ticket is opened in a caller's own trace
            send(desk, [replace(wish(OPEN, ticket, RITA), trace=GIVEN)])
            eventually(lambda: len(events(desk)) >= 2)
            # then each step on its way follows from the one before, from the caller's on
            eventually(lambda: way(collector.spans, GIVEN.split("-")[2])[: len(ROUTED)] == ROUTED)


def routed(settings: Settings) -> list[Event[RoutingData]]:
    return [
        decode_event(ROUTING_REQUESTS, list(dict(one.headers() or ()).items()), one.value() or b"")
        for one in read_all(settings, REQUESTS)
    ]


def way(spans: list[Collected], parent: str) -> list[tuple[str, str]]:
    """The longest line of spans that begins below `parent`."""
    lines = [[(span.service, span.name), *way(spans, span.span)] for span in spans if span.parent == parent]
    return max(lines, key=len, default=[])
