"""Deciding changes of a ticket's properties: each that differs is an event, in a fixed order."""

from collections.abc import Iterator

from services.intake.domain.custom_fields import check_values
from services.intake.domain.guards import not_closed
from services.intake.domain.policy import MAX_FIELDS, MAX_TAGS, Policy
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from shared.events.envelope import Command
from shared.events.ticket_changes import (
    FieldsChanged,
    PriorityChanged,
    TicketCategorised,
    TicketRetitled,
    TicketTagged,
)
from shared.events.ticket_commands import ChangeTicket
from shared.events.ticket_events import TicketEventData, TicketTransferred
from shared.events.ticket_values import FieldValue


def decide_change(command: Command[ChangeTicket], ticket: Ticket, policy: Policy) -> tuple[TicketEventData, ...]:
    not_closed(ticket)
    check_values(policy.fields, command.data.fields)
    return tuple(_changes(command.data, ticket))


def _changes(change: ChangeTicket, ticket: Ticket) -> Iterator[TicketEventData]:
    if change.subject is not None and change.subject != ticket.subject:
        yield TicketRetitled(change.subject)
    if change.priority is not None and change.priority is not ticket.priority:
        yield PriorityChanged(change.priority, ticket.priority, change.reason)
    category = None if "category" in change.clear else change.category or ticket.category
    if category != ticket.category:
        yield TicketCategorised(category, ticket.category)
    team_id = None if "team_id" in change.clear else change.team_id or ticket.team_id
    if team_id != ticket.team_id:
        yield TicketTransferred(team_id, ticket.team_id, reassignments=int(ticket.team_id is not None))
    yield from retagged(ticket, _wanted_tags(change, ticket))
    yield from refilled(ticket, {**change.fields})


def _wanted_tags(change: ChangeTicket, ticket: Ticket) -> tuple[str, ...]:
    """The whole set if one is given, else what is there; then additions, then removals."""
    start = ticket.tags if change.tags is None else change.tags
    wanted = tuple(dict.fromkeys((*start, *change.add_tags)))
    return tuple(tag for tag in wanted if tag not in change.remove_tags)


def retagged(ticket: Ticket, wanted: tuple[str, ...]) -> Iterator[TicketTagged]:
    """Raise `Rejected` where the ticket would have too many tags."""
    if len(wanted) > MAX_TAGS:
        raise Rejected("too_many", f"A ticket has at most {MAX_TAGS} tags.")
    added = tuple(tag for tag in wanted if tag not in ticket.tags)
    removed = tuple(tag for tag in ticket.tags if tag not in wanted)
    if added or removed:
        yield TicketTagged(added, removed)


def refilled(ticket: Ticket, values: dict[str, FieldValue | None]) -> Iterator[FieldsChanged]:
    """Raise `Rejected` where the ticket would have too many fields."""
    differing = {name: value for name, value in values.items() if not _same(ticket.fields.get(name), value)}
    filled = sum(value is not None for value in {**ticket.fields, **differing}.values())
    if filled > MAX_FIELDS:
        raise Rejected("too_many", f"A ticket has at most {MAX_FIELDS} fields.")
    if differing:
        yield FieldsChanged(differing)


def _same(one: FieldValue | None, other: FieldValue | None) -> bool:
    """Python holds 1, 1.0 and true to be equal; whoever filled in the field does not."""
    return type(one) is type(other) and one == other
