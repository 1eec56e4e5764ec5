"""A decision as a command, with an id that follows from the request and its position."""

from uuid import uuid5

from services.router.domain.decisions import ROUTER, Addressed, command_of
from shared.events.agent import ReserveSlot, SlotPurpose
from shared.events.directory_hours import OutOfOffice
from shared.events.envelope import Command, Expected
from shared.events.routing import AgentRecorded
from shared.events.routing_values import AGENT_AWAY, QueueReason
from shared.events.ticket_commands import QueueTicket, UnassignTicket
from shared.events.ticket_values import Tier
from tests.routing import T1, Log


def sent(log: Log) -> Addressed:
    """The command of the last decision."""
    last = log.recorded[-1]
    return command_of(log.decided[-1], last.request, last.position)


def command(log: Log, name: str, subject: str, data: object, expected: Expected | None = None) -> Command[object]:
    last = log.recorded[-1]
    return Command(
        id=uuid5(last.request.id, f"{last.position}/{name}"),
        subject=subject,
        actor=ROUTER,
        now=log.now,
        correlation_id=last.request.correlation_id,
        data=data,
        expected=expected or Expected(),
    )


def test_reserving_is_asked_of_the_agent() -> None:
    log = Log()
    log.agent("ada")
    (decision,) = log.ticket(T1)
    wish = ReserveSlot(T1, SlotPurpose.ROUTED, explanation=decision.explanation)  # type: ignore[union-attr] # reserved
    assert sent(log) == Addressed("agent", command(log, f"reserve/{T1}/ada", "ada", wish))


def test_queueing_is_told_the_ticket() -> None:
    log = Log()
    (decision,) = log.ticket(T1, team="support")
    queue = QueueTicket(QueueReason.NO_TEAM_MEMBER, decision.explanation)  # type: ignore[union-attr] # queued
    assert sent(log) == Addressed("ticket", command(log, f"queue/{T1}", str(T1), queue))


def test_unassigning_holds_only_while_nothing_more_was_said() -> None:
    log = Log()
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")
    log.say("agents/ada", AgentRecorded("support", Tier.AGENT, {}, out_of_office=OutOfOffice(log.now)))
    leave = command(
        log, f"unassign/{T1}", str(T1), UnassignTicket(AGENT_AWAY, "ada"), Expected(conversation_version=1)
    )
    assert sent(log) == Addressed("ticket", leave)


def test_a_request_read_again_sends_the_same_and_one_written_twice_another() -> None:
    log = Log()
    log.agent("ada")
    decided = log.ticket(T1)
    last = log.recorded[-1]
    assert log.routing.apply(last.request, last.appended_at, last.position) == decided
    once, twice = (command_of(decided[0], last.request, position) for position in (4, 5))
    assert once.command.id != twice.command.id
