"""Deciding what an escalation rule does to a ticket, and what it asks for outside of it."""

from services.intake.domain.guards import not_closed
from services.intake.domain.policy import MAX_ESCALATION_LEVEL
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from services.intake.domain.ticket_facts import facts_of
from shared.events.envelope import Command
from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_commands import EscalateTicket
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_promises import EscalationActionRequested, TicketEscalated
from shared.events.ticket_values import Priority, Status

_RAISED = {Priority.P3: Priority.P2, Priority.P2: Priority.P1}


def decide_escalate(command: Command[EscalateTicket], ticket: Ticket) -> tuple[TicketEventData, ...]:
    """Once a key: three levels a ticket, each with at most one step of the priority; what is asked for besides.

    A rule that neither raises nor reassigns leaves the level, and is not bound by it. Of one that does, and comes
    when the ticket is as deep as may be or closed, only what it asks for is left: a breach always reaches someone.
    """
    data = command.data
    if data.key in ticket.escalation_keys:
        return ()
    wanted = data.raise_priority or data.target_tier is not None
    deepest = ticket.escalation_level >= MAX_ESCALATION_LEVEL
    if not data.requests:
        not_closed(ticket)
        if wanted and deepest:
            raise Rejected("depth_reached", f"A ticket escalates at most {MAX_ESCALATION_LEVEL} times.")
    changes = _changes(data, ticket) if wanted and not deepest and ticket.status is not Status.CLOSED else ()
    level = ticket.escalation_level + bool(changes)
    asked = (
        EscalationActionRequested(
            key=data.key,
            request=request,
            rule_id=data.rule_id,
            rule_version=data.rule_version,
            level=level,
            clock=data.clock,
            instance=data.instance,
            sentiment=data.sentiment,
        )
        for request in data.requests
    )
    return (*changes, *asked)


def _changes(data: EscalateTicket, ticket: Ticket) -> tuple[TicketEventData, ...]:
    escalated = TicketEscalated(
        key=data.key,
        rule_id=data.rule_id,
        rule_version=data.rule_version,
        level=ticket.escalation_level + 1,
        previous_level=ticket.escalation_level,
        target_tier=data.target_tier,
        clock=data.clock,
        instance=data.instance,
        sentiment=data.sentiment,
        facts=facts_of(ticket),
    )
    raised = _RAISED.get(ticket.priority) if data.raise_priority else None
    if raised is None:
        return (escalated,)
    return (escalated, PriorityChanged(raised, ticket.priority, f"escalated by {data.rule_id}"))
