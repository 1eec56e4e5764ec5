"""Deciding what is said on a ticket: replies, notes, redactions, and what a message sets off."""

from services.intake.domain.guards import not_closed
from services.intake.domain.lifecycle import hold_over
from services.intake.domain.policy import Policy
from services.intake.domain.promises import late_found_in_time
from services.intake.domain.rejected import Rejected
from services.intake.domain.stopped_late import REPLY_CLOCKS, stopped_late
from services.intake.domain.ticket import Ticket
from services.intake.domain.ticket_facts import facts_of
from shared.events.envelope import Command
from shared.events.identity import derived_id
from shared.events.ticket_commands import AddNote, RedactMessage, ReplyAsRequester, ReplyToRequester
from shared.events.ticket_events import (
    AgentReplied,
    FollowUpOpened,
    MessageRedacted,
    RequesterReplied,
    TicketEventData,
    TicketNoted,
    TicketReopened,
)
from shared.events.ticket_values import Status


def decide_reply(command: Command[ReplyToRequester], ticket: Ticket) -> tuple[TicketEventData, ...]:
    """The first public reply is the first response; one that was in time revokes a breach recorded before.

    One that is too late has the breach recorded beside it.
    """
    not_closed(ticket)
    replied = AgentReplied(command.data.message, first_response=ticket.first_response_at is None)
    revoked = late_found_in_time(ticket, command.occurred_at or command.now)
    return (replied, *revoked, *stopped_late(command, ticket, REPLY_CLOCKS))


def decide_requester_reply(
    command: Command[ReplyAsRequester], ticket: Ticket, policy: Policy
) -> tuple[TicketEventData, ...]:
    """Inside the hold a message reopens a resolved ticket; after it, or once closed, it opens a follow-up."""
    message = command.data.message
    if ticket.status is Status.CLOSED or hold_over(command, ticket, policy):
        return (
            FollowUpOpened(
                follow_up_id=derived_id(command.id, "follow-up"),
                subject=ticket.subject,
                message=message,
                channel=ticket.channel,
                priority=ticket.priority,
                requester_id=ticket.requester_id,
                category=ticket.category,
                team_id=ticket.team_id,
            ),
        )
    replied = RequesterReplied(message, facts_of(ticket))
    if ticket.status is Status.RESOLVED:
        reopened = facts_of(ticket, reopened=True)
        return (replied, TicketReopened(len(ticket.resolutions), "requester replied", reopened))
    return (replied,)


def decide_note(command: Command[AddNote], ticket: Ticket) -> tuple[TicketNoted, ...]:
    """A note may be added to a closed ticket too: it changes nothing that the requester sees."""
    del ticket
    return (TicketNoted(command.data.message),)


def decide_redact(command: Command[RedactMessage], ticket: Ticket) -> tuple[MessageRedacted, ...]:
    if command.data.message not in ticket.messages:
        raise Rejected(
            "no_such_message",
            f"The ticket's version {command.data.message} holds no message that could be redacted.",
        )
    return (MessageRedacted(command.data.message, command.data.reason),)
