"""What follows from a reserved slot: the ticket is assigned, and that answers whoever asked."""

from dataclasses import replace

from services.intake.domain.agent import Agent, AgentCommand, reservation_of
from services.intake.domain.reaction import Reaction, Settled, follow
from shared.events.agent import AgentCommandData, AgentEventData, ReserveSlot, SlotPurpose
from shared.events.ticket_commands import AssignTicket, ClaimTicket

_ASSIGN = "assign"


def react(settled: Settled[Agent, AgentCommandData, AgentEventData]) -> tuple[Reaction, ...]:
    """A refused reservation is itself the answer."""
    wish = settled.command.data
    if not isinstance(wish, ReserveSlot) or not settled.events:
        return ()
    return (_assignment(settled, wish, held=True),)


def react_again(command: AgentCommand, agent: Agent) -> tuple[Reaction, ...]:
    """A repeated wish is answered by the ticket again, which knows what became of the first."""
    wish = command.data
    if not isinstance(wish, ReserveSlot):
        return ()
    held = reservation_of(command.id) in agent.slots
    return (_assignment(Settled(command, agent, (), agent), wish, held=held),)


def _assignment(
    settled: Settled[Agent, AgentCommandData, AgentEventData], wish: ReserveSlot, *, held: bool
) -> Reaction:
    """The asker's reply address and the versions that they saw of the ticket travel along."""
    asked = settled.command
    reservation = reservation_of(asked.id) if held else None
    data: AssignTicket | ClaimTicket = ClaimTicket(reservation)
    if wish.purpose is not SlotPurpose.CLAIMED:
        data = AssignTicket(
            asked.subject,
            over_limit=any(getattr(event.data, "over_limit", False) for event in settled.events),
            reservation=reservation,
            from_assignee=wish.from_assignee,
            explanation=wish.explanation,
        )
    command = follow(settled, _ASSIGN, str(wish.ticket_id), data)
    return Reaction("ticket", replace(command, expected=asked.expected, reply_to=asked.reply_to), answers=True)
