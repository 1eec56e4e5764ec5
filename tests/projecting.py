"""Ticket events with fixed ids and times, for tests of read models and queries."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from services.projections.read_models.delivered import Delivered, TicketEvent
from shared.events.envelope import Actor, ActorKind, Event, Origin
from shared.events.personal import Plain
from shared.events.ticket_events import (
    TICKET_EVENTS,
    AgentReplied,
    RequesterReplied,
    TicketAssigned,
    TicketEventData,
    TicketNoted,
    TicketOpened,
)
from shared.events.ticket_values import Channel, Message, Priority, Requester
from shared.events.wire import RawHeaders, event_headers

DataT = TypeVar("DataT")

TICKET = UUID("0189d3f4-0000-7000-8000-000000000001")
OTHER = UUID("0189d3f4-0000-7000-8000-000000000002")
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

ADA = Actor(ActorKind.AGENT, "ada")
RITA = Actor(ActorKind.REQUESTER, "rita")
SLA = Actor(ActorKind.SERVICE, "sla")

OPENED = TicketOpened(
    reference="CF-5724",
    subject=Plain("Printer on fire"),
    description=Plain("It burns since Monday."),
    channel=Channel.WEB,
    priority=Priority.P3,
    requester=Requester("rita", Plain("Rita Möller"), Plain("rita@example.com"), "Acme"),
    category="hardware",
    team_id="first-line",
    tags=("office",),
    fields={"floor": 3},
)
ASSIGNED = TicketAssigned("ada")
ANSWERED = AgentReplied(Message(Plain("Have you tried water?")), first_response=True)
THANKED = RequesterReplied(Message(Plain("It helped, thank you.")))
NOTED = TicketNoted(Message(Plain("Do not tell her that it was the wrong printer.")))


def said(text: str) -> Message:
    return Message(Plain(text))


def happened(  # noqa: PLR0913 - what an event's envelope may say
    data: TicketEventData,
    version: int,
    *,
    ticket: UUID = TICKET,
    actor: Actor = ADA,
    at: datetime | None = None,
    origin: Origin = Origin.LIVE,
) -> TicketEvent:
    """Recorded `version` minutes after `AT`; occurred then too, unless `at` says otherwise."""
    recorded_at = AT + version * MINUTE
    return Event(
        id=uuid5(ticket, f"event {version}"),
        subject=str(ticket),
        version=version,
        conversation_version=version,
        occurred_at=at or recorded_at,
        recorded_at=recorded_at,
        actor=actor,
        command_id=uuid5(ticket, f"command {version}"),
        correlation_id=uuid5(ticket, f"correlation {version}"),
        data=data,
        origin=origin,
    )


def told(subject: str, data: DataT, version: int) -> Event[DataT]:
    """An event of another stream than the tickets', recorded `version` minutes after `AT`."""
    at = AT + version * MINUTE
    return Event(
        id=uuid5(TICKET, f"{subject} {version}"),
        subject=subject,
        version=version,
        conversation_version=0,
        occurred_at=at,
        recorded_at=at,
        actor=ADA,
        command_id=uuid5(TICKET, f"command {subject} {version}"),
        correlation_id=uuid5(TICKET, f"correlation {subject} {version}"),
        data=data,
    )


def life(*data: TicketEventData, ticket: UUID = TICKET, opened: TicketOpened = OPENED) -> tuple[TicketEvent, ...]:
    """An opening by the requester, and then one event a minute."""
    first = happened(opened, 1, ticket=ticket, actor=Actor(ActorKind.REQUESTER, opened.requester.id))
    return first, *(happened(step, version, ticket=ticket) for version, step in enumerate(data, 2))


def delivered(event: TicketEvent, partition: int = 0, offset: int = 0) -> Delivered:
    return Delivered(partition, offset, TICKET_EVENTS.name_of(event.data), TICKET_EVENTS.encode(event.data), event)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as a consumer gives it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders


def kept(event: TicketEvent, partition: int, offset: int) -> Kept:
    return Kept(
        partition,
        offset,
        event.subject.encode(),
        TICKET_EVENTS.encode(event.data),
        event_headers(event, TICKET_EVENTS.name_of(event.data), b"/tests"),
    )
