"""Events of `ticket.events` about what a ticket is: priority, category, subject, tags and fields."""

from dataclasses import dataclass

from shared.events.personal import Personal
from shared.events.ticket_values import FieldValue, Priority


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    priority: Priority
    previous: Priority
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketCategorised:
    category: str | None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class TicketRetitled:
    subject: Personal


@dataclass(frozen=True, slots=True)
class TicketTagged:
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldsChanged:
    """None takes a value away."""

    values: dict[str, FieldValue | None]
