"""Deciding what a row of another system's history adds to a ticket, with the steps that it skipped."""

from collections.abc import Iterator
from datetime import datetime

from services.intake.domain.changes import refilled, retagged
from services.intake.domain.evolve import CONVERSATION, TicketEvent, evolve
from services.intake.domain.import_path import path
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from services.intake.domain.told import Told
from shared.events.envelope import ActorKind, Command
from shared.events.ticket_changes import PriorityChanged, TicketCategorised, TicketRetitled
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    InternalAwaited,
    RequesterReplied,
    SourceChanged,
    TicketAssigned,
    TicketClosed,
    TicketEventData,
    TicketNoted,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTransferred,
    TicketUnassigned,
)
from shared.events.ticket_import import ImportedMessage, ImportTicket
from shared.events.ticket_values import CloseReason, Status

ImportStep = Told[TicketEventData]


def decide_import(command: Command[ImportTicket], ticket: Ticket | None, reference: str) -> tuple[ImportStep, ...]:
    """What the row says, and no more; a row that was taken is not taken again, however long ago.

    The hold is not enforced, and a closed ticket still takes what its source says of it, its state excepted.
    """
    if ticket is not None and command.id in ticket.imported:
        return ()
    if ticket is not None and not ticket.imported:
        raise Rejected("already_exists", "The ticket was not imported, so an import cannot change it.")
    row = command.data
    telling = _Telling(command, ticket)
    if ticket is None:
        telling.tell(Told(_opened(row, reference), occurred_at=row.opened_at))
    for stage in (_properties, _hands, _messages, _states):
        for step in stage(row, telling.ticket):
            telling.tell(step)
    return tuple(telling.told) or (Told(SourceChanged(row.row)),)


class _Telling:
    """What was told so far, and the ticket after it."""

    def __init__(self, command: Command[ImportTicket], ticket: Ticket | None) -> None:
        self._command = command
        self._ticket = ticket
        self.told: list[ImportStep] = []

    @property
    def ticket(self) -> Ticket:
        if self._ticket is None:
            raise ValueError("nothing was told yet")
        return self._ticket

    def tell(self, step: ImportStep) -> None:
        before = self._ticket
        versions = (0, 0) if before is None else (before.version, before.conversation_version)
        events: tuple[TicketEvent, ...] = record(self._command, (step,), *versions, CONVERSATION)
        self._ticket = evolve(before, events[0])
        self.told.append(step)


def _opened(row: ImportTicket, reference: str) -> TicketOpened:
    return TicketOpened(
        reference=reference,
        subject=row.subject,
        description=row.description,
        channel=row.channel,
        priority=row.priority,
        requester=row.requester,
        category=row.category,
        team_id=row.team_id,
        tags=tuple(dict.fromkeys(row.tags)),
        fields=row.fields,
        external=row.external,
    )


def _properties(row: ImportTicket, ticket: Ticket) -> Iterator[ImportStep]:
    if row.subject != ticket.subject:
        yield Told(TicketRetitled(row.subject))
    if row.priority is not ticket.priority:
        yield Told(PriorityChanged(row.priority, ticket.priority))
    if row.category != ticket.category:
        yield Told(TicketCategorised(row.category, ticket.category))
    yield from map(Told, retagged(ticket, row.tags))
    gone = dict.fromkeys(name for name in ticket.fields if name not in row.fields)
    yield from map(Told, refilled(ticket, {**row.fields, **gone}))


def _hands(row: ImportTicket, ticket: Ticket) -> Iterator[ImportStep]:
    """Agent and team; the source's count of reassignments goes with the first that changed.

    A count without a change is told as an assignment to the same agent, or a transfer to the same team.
    """
    count = row.reassignments
    before = ticket.assignee_id
    if row.team_id != ticket.team_id:
        yield Told(TicketTransferred(row.team_id, ticket.team_id, reassignments=count))
        count = 0
    if row.assignee_id is None and before is not None:
        yield Told(TicketUnassigned(before, reassignments=count))
        count = 0
    elif row.assignee_id is not None and (row.assignee_id != before or count):
        yield Told(TicketAssigned(row.assignee_id, before, reassignments=count))
        count = 0
    if count:
        yield Told(TicketTransferred(row.team_id, ticket.team_id, reassignments=count))


def _messages(row: ImportTicket, ticket: Ticket) -> Iterator[ImportStep]:
    first_response = ticket.first_response_at is None
    for message in row.messages:
        data = _said(message, first_response=first_response)
        first_response = first_response and not isinstance(data, AgentReplied)
        yield Told(data, occurred_at=message.at, actor=message.author)


def _said(message: ImportedMessage, *, first_response: bool) -> TicketEventData:
    if message.internal:
        return TicketNoted(message.message)
    if message.author.kind is ActorKind.REQUESTER:
        return RequesterReplied(message.message)
    return AgentReplied(message.message, first_response=first_response)


def _states(row: ImportTicket, ticket: Ticket) -> Iterator[ImportStep]:
    """The way through the state machine to the row's state; all but its last step are implied.

    A new ticket of the source that has an agent is open here, and stays so.
    """
    if row.status is Status.NEW and ticket.status is Status.OPEN:
        return
    if ticket.status is Status.CLOSED and row.status is not Status.CLOSED:
        raise Rejected("ticket_closed", f"The source has a closed ticket become {row.status}.")
    steps = path(ticket.status, row.status)
    resolutions = len(ticket.resolutions)
    for origin, wanted in zip((ticket.status, *steps), steps, strict=False):
        resolutions += wanted is Status.RESOLVED
        yield Told(
            _step(row, origin, wanted, resolutions, ticket),
            occurred_at=_when(row, wanted) if wanted is not row.status else None,
            implied=wanted is not row.status,
        )


def _when(row: ImportTicket, implied: Status) -> datetime | None:
    """An implied resolution has the time that the source states, where it states one."""
    return row.resolved_at if implied is Status.RESOLVED else None


def _step(row: ImportTicket, origin: Status, wanted: Status, resolution: int, ticket: Ticket) -> TicketEventData:
    match wanted:
        case Status.OPEN if origin is Status.RESOLVED:
            return TicketReopened(resolution)
        case Status.OPEN:
            return TicketResumed()
        case Status.PENDING_CUSTOMER:
            return CustomerAwaited()
        case Status.PENDING_INTERNAL:
            return InternalAwaited()
        case Status.RESOLVED:
            return TicketResolved(
                resolution, agent_id=ticket.assignee_id, team_id=ticket.team_id, resolved_at=row.resolved_at
            )
        case Status.CLOSED:
            return TicketClosed(CloseReason.IMPORTED, closed_at=row.closed_at)
        case Status.NEW:
            raise Rejected("transition_not_allowed", f"The source has a ticket go from {origin} back to new.")
