"""What follows from a ticket's events elsewhere: a follow-up, and the slot of its agent."""

from collections.abc import Iterator
from uuid import UUID

from services.intake.domain.reaction import Reaction, Settled, follow
from services.intake.domain.ticket import Ticket
from services.intake.domain.ticket_slots import slot_reactions
from shared.events.envelope import Origin
from shared.events.ticket_commands import OpenTicket, TicketCommandData
from shared.events.ticket_events import FollowUpOpened, TicketEventData
from shared.events.ticket_values import Requester


def react(settled: Settled[Ticket, TicketCommandData, TicketEventData]) -> tuple[Reaction, ...]:
    """Nothing follows from an import."""
    if settled.command.origin is Origin.IMPORT:
        return ()
    return (*_follow_ups(settled), *slot_reactions(settled))


def _follow_ups(settled: Settled[Ticket, TicketCommandData, TicketEventData]) -> Iterator[Reaction]:
    for event in settled.events:
        if isinstance(event.data, FollowUpOpened):
            asked = event.data
            opening = OpenTicket(
                subject=asked.subject,
                description=asked.message.body,
                requester=Requester(asked.requester_id),
                channel=asked.channel,
                priority=asked.priority,
                category=asked.category,
                team_id=asked.team_id,
                follows=UUID(event.subject),
            )
            yield Reaction("ticket", follow(settled, "open", str(asked.follow_up_id), opening))
