"""What routing decides, and the commands by which it is done."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID, uuid5

from shared.events.agent import ReserveSlot, SlotPurpose
from shared.events.envelope import Actor, ActorKind, Command, Event, Expected
from shared.events.routing_values import AGENT_AWAY, Explanation, QueueReason
from shared.events.ticket_commands import QueueTicket, UnassignTicket

ROUTER = Actor(ActorKind.SERVICE, "router")


@dataclass(frozen=True, slots=True)
class Reserve:
    """Ask for a slot of the agent's; granted, the ticket is assigned if `from_assignee` has it still."""

    ticket_id: UUID
    agent_id: str
    explanation: Explanation
    from_assignee: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Record that nobody can take it, and why."""

    ticket_id: UUID
    reason: QueueReason
    missing: tuple[str, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Unassign:
    """Take it from an agent who is away, unless anything was said meanwhile."""

    ticket_id: UUID
    agent_id: str
    conversation_version: int


Decision = Reserve | Queue | Unassign


@dataclass(frozen=True, slots=True)
class Addressed:
    """A command, and the stream of the aggregate that it is for."""

    stream: str
    command: Command[object]


def command_of(decision: Decision, request: Event[object], position: int) -> Addressed:
    """The command's id follows from the request's and its position: the same request read again sends nothing new.

    A request that its translator wrote twice stands at two positions, and may lead to two decisions.
    """
    match decision:
        case Reserve(ticket_id, agent_id, explanation, from_assignee):
            wish = ReserveSlot(ticket_id, SlotPurpose.ROUTED, from_assignee, explanation)
            name = f"{position}/reserve/{ticket_id}/{agent_id}"
            return Addressed("agent", _command(request, name, agent_id, wish))
        case Queue(ticket_id, reason, missing, explanation):
            queue = QueueTicket(reason, explanation, missing)
            return Addressed("ticket", _command(request, f"{position}/queue/{ticket_id}", str(ticket_id), queue))
        case Unassign(ticket_id, agent_id, conversation_version):
            leave = UnassignTicket(AGENT_AWAY, agent_id)
            expected = Expected(conversation_version=conversation_version)
            name = f"{position}/unassign/{ticket_id}"
            return Addressed("ticket", _command(request, name, str(ticket_id), leave, expected))
        case unknown:
            assert_never(unknown)


def _command(
    request: Event[object], name: str, subject: str, data: object, expected: Expected | None = None
) -> Command[object]:
    return Command(
        id=uuid5(request.id, name),
        subject=subject,
        actor=ROUTER,
        now=request.recorded_at,
        correlation_id=request.correlation_id,
        data=data,
        cause_id=request.cause_id,
        expected=expected or Expected(),
        trace=request.trace,
    )
