"""What follows from an event elsewhere: commands to other aggregates, with ids derived from the event."""

from uuid import UUID, uuid5

from services.intake.domain.evolve import TicketEvent
from shared.events.envelope import Command, Origin
from shared.events.ticket_commands import OpenTicket, TicketCommandData
from shared.events.ticket_events import FollowUpOpened
from shared.events.ticket_values import Requester


def react(event: TicketEvent) -> tuple[Command[TicketCommandData], ...]:
    """Nothing follows from an import's events."""
    if event.origin is Origin.IMPORT:
        return ()
    match event.data:
        case FollowUpOpened() as asked:
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
            return (
                Command(
                    id=uuid5(event.id, "open"),
                    subject=str(asked.follow_up_id),
                    actor=event.actor,
                    now=event.recorded_at,
                    correlation_id=event.correlation_id,
                    data=opening,
                    cause_id=event.id,
                    trace=event.trace,
                ),
            )
        case _:
            return ()
