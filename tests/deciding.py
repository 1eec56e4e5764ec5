"""Given, when and then for the ticket's decider: fixed ids and dates, no clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.intake.domain.decide import decide
from services.intake.domain.evolve import CONVERSATION, TicketEvent, evolve
from services.intake.domain.policy import Policy
from services.intake.domain.react import react
from services.intake.domain.reaction import Reaction, Settled
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from shared.events.envelope import NOTHING_EXPECTED, Actor, ActorKind, Command, Expected, Origin
from shared.events.personal import Plain
from shared.events.ticket_commands import OpenTicket, TicketCommandData
from shared.events.ticket_events import (
    CustomerAwaited,
    InternalAwaited,
    TicketAssigned,
    TicketClosed,
    TicketEventData,
    TicketOpened,
    TicketResolved,
)
from shared.events.ticket_values import Channel, CloseReason, Message, Priority, Requester, Status, TicketFacts

TICKET = UUID("0189d3f4-0000-7000-8000-000000000001")
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

ADA = Actor(ActorKind.AGENT, "ada")
BEN = Actor(ActorKind.AGENT, "ben")
LEA = Actor(ActorKind.LEAD, "lea")
RITA = Actor(ActorKind.REQUESTER, "rita")
RUDI = Actor(ActorKind.REQUESTER, "rudi")
SLA = Actor(ActorKind.SERVICE, "sla")
ROUTER = Actor(ActorKind.SERVICE, "router")
IMPORTER = Actor(ActorKind.IMPORT, "importer")

SAID = Message(Plain("Have you tried water?"))
OPEN = OpenTicket(Plain("Printer on fire"), Plain("It burns."), Requester("rita"))
OPENED = TicketOpened(
    "CF-13", Plain("Printer on fire"), Plain("It burns."), Channel.WEB, Priority.P3, Requester("rita")
)


SLOT = UUID("0189d3f4-0000-7000-8000-0000000051c7")
"""A reservation."""
ASSIGNED = TicketAssigned("ada")
FACTS = TicketFacts(Priority.P3, Channel.WEB, assignee_id="ada")
"""Of a ticket that is opened and assigned."""
RESOLVED = TicketResolved(1, "ada")
IN: dict[Status, tuple[TicketEventData, ...]] = {
    Status.NEW: (OPENED,),
    Status.OPEN: (OPENED, ASSIGNED),
    Status.PENDING_CUSTOMER: (OPENED, ASSIGNED, CustomerAwaited()),
    Status.PENDING_INTERNAL: (OPENED, ASSIGNED, InternalAwaited()),
    Status.RESOLVED: (OPENED, ASSIGNED, RESOLVED),
    Status.CLOSED: (OPENED, ASSIGNED, RESOLVED, TicketClosed(CloseReason.CONFIRMED)),
}
"""A history that leads to each state."""


def given(*facts: TicketEventData, at: datetime = AT, actor: Actor = ADA) -> Ticket:
    """The ticket after these facts, all of one time."""
    ticket: Ticket | None = None
    for number, fact in enumerate(facts, 1):
        asked = wish(OPEN, at=at, actor=actor, number=-number)
        before = (0, 0) if ticket is None else (ticket.version, ticket.conversation_version)
        recorded: tuple[TicketEvent, ...] = record(asked, (fact,), *before, CONVERSATION)
        ticket = evolve(ticket, recorded[0])
    assert ticket is not None
    return ticket


def wish(  # noqa: PLR0913 - what an envelope may say
    data: TicketCommandData,
    *,
    actor: Actor = ADA,
    at: datetime = AT + HOUR,
    number: int = 1,
    expected: Expected = NOTHING_EXPECTED,
    occurred_at: datetime | None = None,
    origin: Origin = Origin.LIVE,
) -> Command[TicketCommandData]:
    command = UUID(int=0xC0 << 100 | (number & 0xFFFF))
    return Command(
        command, str(TICKET), actor, at, command, data, occurred_at=occurred_at, expected=expected, origin=origin
    )


def when(
    ticket: Ticket | None, command: Command[TicketCommandData], policy: Policy | None = None
) -> tuple[TicketEvent, ...]:
    before = (0, 0) if ticket is None else (ticket.version, ticket.conversation_version)
    return record(command, decide(command, ticket, policy or Policy(), "CF-13"), *before, CONVERSATION)


def facts(events: Sequence[TicketEvent]) -> list[TicketEventData]:
    return [event.data for event in events]


def refused(ticket: Ticket | None, command: Command[TicketCommandData], policy: Policy | None = None) -> Rejected:
    """The refusal; a failure where the command is accepted."""
    try:
        events = when(ticket, command, policy)
    except Rejected as refusal:
        return refusal
    raise AssertionError(f"accepted: {facts(events)}")


def reactions(
    ticket: Ticket | None, command: Command[TicketCommandData], policy: Policy | None = None
) -> tuple[Reaction, ...]:
    """What follows elsewhere, whether the command is accepted or refused."""
    try:
        events = when(ticket, command, policy)
    except Rejected:
        events = ()
    return react(Settled(command, ticket, events, after(ticket, events) if events else ticket))


def after(ticket: Ticket | None, events: Sequence[TicketEvent]) -> Ticket:
    for event in events:
        ticket = evolve(ticket, event)
    assert ticket is not None
    return ticket
