"""Every command in every state: what happens, or the code of the refusal."""

from dataclasses import replace

import pytest

from services.intake.domain.ticket import Ticket
from shared.events.envelope import Actor
from shared.events.routing_values import Explanation, QueueReason
from shared.events.ticket_commands import (
    TICKET_COMMANDS,
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
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_values import (
    ActionRequest,
    Channel,
    Clock,
    CloseReason,
    OutwardAction,
    Priority,
    SlaInputs,
    Status,
    Tier,
)
from tests.deciding import (
    ADA,
    AT,
    BEN,
    HOUR,
    IMPORTER,
    IN,
    LEA,
    OPEN,
    RITA,
    ROUTER,
    SAID,
    SLA,
    SLOT,
    TICKET,
    given,
    refused,
    when,
    wish,
)

NOT = "transition_not_allowed"
GONE = "ticket_closed"
NO_CLOCK = "clock_not_current"
UNRESOLVED = "resolution_not_current"
SO = ""
"""Already so: nothing happens, and nothing is refused."""

INPUTS = SlaInputs(Priority.P3, Channel.WEB)
IMPORTED = ImportTicket(
    "desk", "1", 1, OPEN.subject, OPEN.description, OPEN.requester, Status.OPEN, Channel.WEB, Priority.P3, AT
)
WHY = Explanation(7, AT, 1, 3, 0)
ROUTED = AssignTicket("ben", reservation=SLOT, explanation=WHY)
FROM_ADA = replace(ROUTED, from_assignee="ada")
MEANWHILE = "already_assigned"
RAISED = "TicketEscalated+PriorityChanged"
PAGED = (ActionRequest(OutwardAction.PAGE, "k/page"),)


def _same(text: str, until: Status = Status.CLOSED, then: str = "") -> tuple[str, ...]:
    """`text` in each state up to `until`, and `then` after it."""
    last = list(Status).index(until)
    return tuple(text if number <= last else then for number in range(len(Status)))


def _to_resolved(then: str, closed: str) -> tuple[str, ...]:
    """Refused as a transition up to resolved."""
    return (NOT, NOT, NOT, NOT, then, closed)


def _open(text: str) -> tuple[str, ...]:
    """`text` in each state but closed."""
    return _same(text, Status.RESOLVED, GONE)


Row = tuple[str, Actor, TicketCommandData, tuple[str, ...]]
_AFTER_HOLD = "close by the clock, the hold over"
ROWS: list[Row] = [
    ("open", RITA, OPEN, _same("already_exists")),
    ("import", IMPORTER, IMPORTED, _same("already_exists")),
    ("assign to another", LEA, AssignTicket("ben", reservation=SLOT), _open("TicketAssigned")),
    ("assign to the same", LEA, AssignTicket("ada", reservation=SLOT), ("TicketAssigned", SO, SO, SO, SO, GONE)),
    ("claim", ADA, ClaimTicket(SLOT), ("TicketClaimed", SO, SO, SO, SO, GONE)),
    ("claim of another's", BEN, ClaimTicket(SLOT), ("TicketClaimed", *["already_claimed"] * 4, GONE)),
    ("assign without a slot", LEA, AssignTicket("ben"), _open("slot_released")),
    ("assign as routed", ROUTER, ROUTED, ("TicketAssigned", *["already_assigned"] * 4, GONE)),
    ("assign as routed anew", ROUTER, FROM_ADA, (MEANWHILE, *["TicketAssigned"] * 3, "already_resolved", GONE)),
    ("queue", ROUTER, QueueTicket(QueueReason.NO_SKILL, WHY), ("TicketQueued", SO, SO, SO, SO, SO)),
    ("unassign", ADA, UnassignTicket(), (SO, *["TicketUnassigned"] * 4, GONE)),
    ("unassign from another", ROUTER, UnassignTicket(None, "ben"), _open(SO)),
    ("reply", ADA, ReplyToRequester(SAID), _open("AgentReplied")),
    (
        "requester's reply",
        RITA,
        ReplyAsRequester(SAID),
        (*["RequesterReplied"] * 4, "RequesterReplied+TicketReopened", "FollowUpOpened"),
    ),
    ("note", ADA, AddNote(SAID), _same("TicketNoted")),
    ("change", ADA, ChangeTicket(priority=Priority.P1), _open("PriorityChanged")),
    ("change of nothing", ADA, ChangeTicket(priority=Priority.P3), _open(SO)),
    (
        "await customer",
        ADA,
        AwaitCustomer(),
        (NOT, "CustomerAwaited", SO, "CustomerAwaited", NOT, NOT),
    ),
    (
        "await internal",
        ADA,
        AwaitInternal(),
        (NOT, "InternalAwaited", "InternalAwaited", SO, NOT, NOT),
    ),
    ("resume", ADA, ResumeTicket(), (NOT, SO, "TicketResumed", "TicketResumed", NOT, NOT)),
    ("resolve", ADA, ResolveTicket(), (NOT, *["TicketResolved"] * 3, SO, NOT)),
    ("resolve by article", RITA, ResolveTicket(TICKET), (*["TicketResolved"] * 4, SO, NOT)),
    ("resolve as requester", RITA, ResolveTicket(), (*["article_needed"] * 4, SO, NOT)),
    ("reopen", ADA, ReopenTicket(), (NOT, SO, NOT, NOT, "TicketReopened", NOT)),
    ("close as spam", ADA, CloseTicket(CloseReason.SPAM), _same("TicketClosed", Status.RESOLVED, SO)),
    ("close as merged", SLA, CloseTicket(CloseReason.MERGED), _same("TicketClosed", Status.RESOLVED, SO)),
    (
        "close as imported",
        ADA,
        CloseTicket(CloseReason.IMPORTED),
        _same("reason_not_allowed", Status.RESOLVED, SO),
    ),
    ("confirm", RITA, CloseTicket(CloseReason.CONFIRMED), _to_resolved("TicketClosed", SO)),
    (
        "confirm as staff",
        ADA,
        CloseTicket(CloseReason.CONFIRMED),
        _same("reason_not_allowed", Status.RESOLVED, SO),
    ),
    (
        "spam, says a requester",
        RITA,
        CloseTicket(CloseReason.SPAM),
        _same("reason_not_allowed", Status.RESOLVED, SO),
    ),
    ("close by the clock, early", SLA, CloseTicket(CloseReason.AUTO_CLOSE), _to_resolved("not_due", SO)),
    (_AFTER_HOLD, SLA, CloseTicket(CloseReason.AUTO_CLOSE), _to_resolved("TicketClosed", SO)),
    ("redact", LEA, RedactMessage(1, "a password"), _same("MessageRedacted")),
    ("target", SLA, TargetSla("standard", 1, None, 1, INPUTS, ()), _open("SlaTargeted")),
    ("at risk", SLA, MarkSlaAtRisk(Clock.RESOLUTION, 1, AT), _same(NO_CLOCK)),
    ("breach", SLA, BreachSla(Clock.RESOLUTION, 1, AT), _same(NO_CLOCK)),
    ("revoke", SLA, RevokeSlaBreach(Clock.RESOLUTION, 1, AT), _same(NO_CLOCK)),
    ("silent", SLA, MarkAgentSilent(AT, 30), _same("AgentSilent", Status.PENDING_INTERNAL, "answered")),
    ("escalate", SLA, EscalateTicket("k", "r", 1, Tier.SENIOR), _open("TicketEscalated")),
    ("escalate to a raise", SLA, EscalateTicket("k", "r", 1, raise_priority=True), _open(RAISED)),
    ("escalate to a page", SLA, EscalateTicket("k", "r", 1, requests=PAGED), _same("EscalationActionRequested")),
    ("escalate to nothing", SLA, EscalateTicket("k", "r", 1), _open(SO)),
    (
        "schedule survey",
        SLA,
        ScheduleSurvey(1, AT),
        _same(UNRESOLVED, Status.PENDING_INTERNAL, "SurveyScheduled"),
    ),
    ("survey sent", SLA, RecordSurveySent(1), _same(UNRESOLVED, Status.PENDING_INTERNAL, "not_scheduled")),
    ("rate", RITA, RateTicket(1, 5), _same(UNRESOLVED, Status.PENDING_INTERNAL, "TicketRated")),
]
CASES = [
    pytest.param(name, actor, data, status, outcome, id=f"{name}: {status}")
    for name, actor, data, outcomes in ROWS
    for status, outcome in zip(Status, outcomes, strict=True)
]


def _fitted(data: TicketCommandData, ticket: Ticket) -> TicketCommandData:
    """A target must name the ticket as it is."""
    return replace(data, basis=ticket.sla_basis) if isinstance(data, TargetSla) else data


@pytest.mark.parametrize(("name", "actor", "data", "status", "outcome"), CASES)
def test_a_command_in_a_state(
    name: str, actor: Actor, data: TicketCommandData, status: Status, outcome: str
) -> None:
    ticket = given(*IN[status])
    command = wish(_fitted(data, ticket), actor=actor, at=AT + (72 if name == _AFTER_HOLD else 1) * HOUR)
    if outcome == outcome.lower() and outcome != SO:
        assert refused(ticket, command).code == outcome
    else:
        assert "+".join(type(event.data).__name__ for event in when(ticket, command)) == outcome


def test_the_table_has_every_command_and_every_state() -> None:
    assert {type(data) for _, _, data, _ in ROWS} == set(TICKET_COMMANDS.types.values())
    assert set(IN) == set(Status)
    assert {status: given(*history).status for status, history in IN.items()} == {s: s for s in Status}
