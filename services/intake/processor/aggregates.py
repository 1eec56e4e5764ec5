"""The aggregates that the processor writes: tickets, and the records of the directory."""

from collections.abc import Iterable

from pydantic import TypeAdapter

from services.intake.domain import directory
from services.intake.domain.decide import decide
from services.intake.domain.evolve import CONVERSATION, TicketEvent, evolve
from services.intake.domain.policy import Policy
from services.intake.domain.react import react
from services.intake.domain.reference import reference
from services.intake.domain.ticket import Ticket
from services.intake.processor.aggregate import Aggregate, AnyAggregate, Remembered
from shared.events.directory import (
    DIRECTORY_COMMANDS,
    DIRECTORY_EVENTS,
    DirectoryCommandData,
    DirectoryEventData,
)
from shared.events.envelope import Event
from shared.events.outcomes import Accepted
from shared.events.ticket_commands import TICKET_COMMANDS, TicketCommandData
from shared.events.ticket_events import TICKET_EVENTS, FollowUpOpened, TicketEventData


def aggregates(policy: Policy) -> tuple[AnyAggregate, ...]:
    return (tickets(policy), DIRECTORY)


def tickets(policy: Policy) -> Aggregate[Ticket, TicketCommandData, TicketEventData]:
    return Aggregate(
        stream="ticket",
        commands=TICKET_COMMANDS,
        events=TICKET_EVENTS,
        decide=lambda command, ticket, number: decide(
            command, ticket, policy, reference(number) if ticket is None else ticket.reference
        ),
        evolve=evolve,
        react=react,
        accepted=_accepted_ticket,
        conversation=CONVERSATION,
        snapshot=TypeAdapter(tuple[Ticket, tuple[Remembered, ...]]),
    )


def _accepted_ticket(ticket: Ticket, events: Iterable[TicketEvent]) -> Accepted:
    followed = [e.data.follow_up_id for e in events if isinstance(e.data, FollowUpOpened)]
    return Accepted(
        ticket.version,
        ticket.conversation_version,
        reference=ticket.reference,
        follow_up_id=followed[0] if followed else None,
    )


def _accepted_record(record: directory.ApiKey, _: Iterable[Event[DirectoryEventData]]) -> Accepted:
    return Accepted(record.version, record.conversation_version)


DIRECTORY: Aggregate[directory.ApiKey, DirectoryCommandData, DirectoryEventData] = Aggregate(
    stream="directory",
    commands=DIRECTORY_COMMANDS,
    events=DIRECTORY_EVENTS,
    decide=lambda command, record, _: directory.decide(command, record),
    evolve=directory.evolve,
    react=lambda _: (),
    accepted=_accepted_record,
    conversation=(),
    snapshot=TypeAdapter(tuple[directory.ApiKey, tuple[Remembered, ...]]),
)
