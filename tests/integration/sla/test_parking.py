"""An event that the clocks cannot read waits with all that follows of its ticket, and no other ticket does."""

import subprocess
import sys
from uuid import UUID, uuid4

from confluent_kafka import Producer

from services.sla.group import GROUP, own_database
from shared.events.ticket_events import TICKET_EVENTS
from shared.events.ticket_promises import SlaTargeted
from shared.events.wire import event_headers
from shared.runtime.partition import PARTITIONER
from shared.runtime.projecting.parked import listed
from shared.runtime.settings import Settings
from tests.integration.sla.conftest import at_work, opened, promise, save
from tests.processing import environment, eventually, read_all
from tests.projecting import NOTED, OPENED, happened

UNKNOWN = "casefold.ticket.levitated.v1"
TARGETED = TICKET_EVENTS.name_of_type(SlaTargeted).encode()


def write(settings: Settings, *headers: tuple[bytes, list[tuple[str, bytes]]]) -> None:
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers, "partitioner": PARTITIONER})
    for key, said in headers:
        producer.produce(settings.topic("ticket.events"), b"{}", key=key, headers=[*said])
    assert producer.flush(30) == 0


def test_poison_parks_its_ticket_and_no_other(desk: Settings) -> None:
    ticket = uuid4()
    poison = event_headers(happened(OPENED, 1, ticket=ticket), UNKNOWN, b"/tests")
    behind = event_headers(happened(NOTED, 2, ticket=ticket), TICKET_EVENTS.name_of(NOTED), b"/tests")
    with at_work(desk):
        save(desk, ("policies/house", promise(first=30)))
        write(desk, (str(ticket).encode(), poison), (str(ticket).encode(), behind))
        other = opened(desk)
        eventually(lambda: TARGETED in _types(desk, other))
        parked = eventually(lambda: _parked(desk))
        again = casefold(desk, "redrive", f"{GROUP}/0-0")
    assert parked == [
        (GROUP, str(ticket), f"the type '{UNKNOWN}' is not known here"),
        (GROUP, str(ticket), None),
    ]
    assert again.returncode == 1
    assert "was refused again" in again.stderr


def _types(settings: Settings, ticket: UUID) -> list[object]:
    """Of its events, which need not be readable."""
    found = (one for one in read_all(settings, "ticket.events") if one.key() == str(ticket).encode())
    return [dict(one.headers() or [])["ce_type"] for one in found]


def _parked(settings: Settings) -> list[tuple[str, str, str | None]]:
    """Once both are."""
    found = [(one.consumer_group, one.subject, one.reason) for one in listed(own_database(settings))]
    return found if len(found) > 1 else []


def casefold(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.ops", "dead-letters", *arguments],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
