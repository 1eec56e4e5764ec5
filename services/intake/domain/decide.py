"""The ticket's decider: which function decides which command."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from services.intake.domain.assignment import decide_assign, decide_claim, decide_queue, decide_unassign
from services.intake.domain.changes import decide_change
from services.intake.domain.conversation import (
    decide_note,
    decide_redact,
    decide_reply,
    decide_requester_reply,
)
from services.intake.domain.escalation import decide_escalate
from services.intake.domain.expected import check_expected
from services.intake.domain.guards import check_sender, owned
from services.intake.domain.imports import decide_import
from services.intake.domain.lifecycle import (
    decide_await_customer,
    decide_await_internal,
    decide_close,
    decide_open,
    decide_reopen,
    decide_resolve,
    decide_resume,
)
from services.intake.domain.policy import Policy
from services.intake.domain.promises import (
    decide_at_risk,
    decide_breach,
    decide_rate,
    decide_revoke,
    decide_schedule_survey,
    decide_silent,
    decide_survey_sent,
    decide_target,
)
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from services.intake.domain.told import Told
from shared.events.envelope import Command
from shared.events.ticket_commands import (
    AddNote,
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    BreachSla,
    ChangeTicket,
    ClaimTicket,
    CloseTicket,
    EscalateTicket,
    MarkAgentSilent,
    MarkSlaAtRisk,
    OpenTicket,
    QueueTicket,
    RateTicket,
    RecordSurveySent,
    RedactMessage,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    ResumeTicket,
    RevokeSlaBreach,
    ScheduleSurvey,
    TargetSla,
    TicketCommandData,
    UnassignTicket,
)
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_import import ImportTicket

Decided = Iterable[TicketEventData | Told[TicketEventData]]

DECIDERS: Mapping[type[TicketCommandData], Callable[[Command[Any], Ticket], Decided]] = {
    AssignTicket: decide_assign,
    ClaimTicket: decide_claim,
    QueueTicket: decide_queue,
    UnassignTicket: decide_unassign,
    ReplyToRequester: decide_reply,
    AddNote: decide_note,
    RedactMessage: decide_redact,
    AwaitCustomer: decide_await_customer,
    AwaitInternal: decide_await_internal,
    ResumeTicket: decide_resume,
    TargetSla: decide_target,
    MarkSlaAtRisk: decide_at_risk,
    BreachSla: decide_breach,
    RevokeSlaBreach: decide_revoke,
    MarkAgentSilent: decide_silent,
    EscalateTicket: decide_escalate,
    ScheduleSurvey: decide_schedule_survey,
    RecordSurveySent: decide_survey_sent,
    RateTicket: decide_rate,
}

POLICY_DECIDERS: Mapping[type[TicketCommandData], Callable[[Command[Any], Ticket, Policy], Decided]] = {
    ReplyAsRequester: decide_requester_reply,
    ChangeTicket: decide_change,
    ResolveTicket: decide_resolve,
    ReopenTicket: decide_reopen,
    CloseTicket: decide_close,
}


def decide(command: Command[TicketCommandData], ticket: Ticket | None, policy: Policy, reference: str) -> Decided:
    """What happens, in order; nothing where it is already so. `reference` is for a ticket that is opened.

    Raise `Rejected` where the command is refused.
    """
    data = command.data
    check_sender(data, command.actor)
    if isinstance(data, ImportTicket):
        return decide_import(cast("Command[ImportTicket]", command), ticket, reference)
    if isinstance(data, OpenTicket):
        if ticket is not None:
            raise Rejected("already_exists", "There is a ticket with this id already.")
        return decide_open(cast("Command[OpenTicket]", command), policy, reference)
    known = owned(ticket, command.actor)
    check_expected(command.expected, known.version, known.conversation_version)
    by_policy = POLICY_DECIDERS.get(type(data))
    if by_policy is not None:
        return by_policy(command, known, policy)
    return DECIDERS[type(data)](command, known)
