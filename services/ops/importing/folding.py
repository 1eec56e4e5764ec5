"""What the decider makes of a ticket's rows, found out here by the same pure code, without a server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.api.bulk_wishes import import_of
from services.intake.domain.decide import decide
from services.intake.domain.evolve import CONVERSATION, TicketEvent, evolve
from services.intake.domain.policy import Policy
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from services.ops.importing.told import TicketRow
from shared.events.envelope import Actor, ActorKind, Command, Origin
from shared.events.identity import import_command_id, imported_ticket_id
from shared.events.personal import IdentityCodec
from shared.events.ticket_commands import TicketCommandData
from shared.events.ticket_events import TicketResolved
from shared.events.ticket_values import Status
from shared.runtime.http.principal import Principal, Role

_IMPORTER = Principal(Role.IMPORTER, "import")
_ACTOR = Actor(ActorKind.IMPORT, "import")
_CODEC = IdentityCodec()
_POLICY = Policy()
"""Imports are not held to it."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a row adds: `implied` in words, or the refusal."""

    row: TicketRow
    events: Sequence[TicketEvent] = ()
    implied: tuple[str, ...] = ()
    refusal: Rejected | None = None


def fold(rows: Sequence[TicketRow], now: datetime) -> Iterator[Folded]:
    """Rows of one ticket that no one has imported yet, in order; a refused one changes nothing."""
    ticket = None
    for row in rows:
        command = command_of(row, now)
        versions = (0, 0) if ticket is None else (ticket.version, ticket.conversation_version)
        try:
            decided = decide(command, ticket, _POLICY, "CF-0")
            events: tuple[TicketEvent, ...] = record(command, decided, *versions, CONVERSATION)
        except Rejected as refusal:
            yield Folded(row, refusal=refusal)
            continue
        before = Status.NEW if ticket is None else ticket.status
        way: list[Status] = []
        for event in events:
            ticket = evolve(ticket, event)
            if event.implied:
                way.append(ticket.status)
        yield Folded(row, events, tuple(_implied(row, events, before, way)))


def command_of(row: TicketRow, now: datetime) -> Command[TicketCommandData]:
    """The command that the bulk route makes of the row."""
    item = row.item
    ticket_id = imported_ticket_id(item.source, item.external)
    command_id = import_command_id(ticket_id, item.row)
    return Command(
        id=command_id,
        subject=str(ticket_id),
        actor=_ACTOR,
        now=now,
        correlation_id=command_id,
        data=import_of(item, _IMPORTER, ticket_id, _CODEC),
        occurred_at=item.occurred_at,
        origin=Origin.IMPORT,
    )


def _implied(
    row: TicketRow, events: Sequence[TicketEvent], before: Status, way: Sequence[Status]
) -> Iterator[str]:
    if way:
        between = ", then ".join(way)
        yield f"the source goes from {before} to {row.item.status} at once; it was {between} in between"
    if any(isinstance(event.data, TicketResolved) for event in events):
        yield from row.assumed
