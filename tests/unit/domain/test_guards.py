"""Who may send what, whose ticket it is, and which refusal comes first."""

import pytest

from services.intake.domain.guards import MAY_SEND, TRANSITIONS, guard
from services.intake.domain.rejected import Rejected
from shared.events.envelope import Actor, ActorKind, Expected
from shared.events.ticket_commands import OpenTicket, TicketCommandData
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_values import Status
from tests.deciding import ADA, IN, OPEN, OPENED, RITA, RUDI, facts, given, refused, when, wish
from tests.unit.domain.test_every_state import ROWS

LETTERS = {
    "R": ActorKind.REQUESTER,
    "A": ActorKind.AGENT,
    "L": ActorKind.LEAD,
    "D": ActorKind.ADMIN,
    "S": ActorKind.SERVICE,
    "I": ActorKind.IMPORT,
}
SENDERS = {
    "OpenTicket": "RALDS",
    "AssignTicket": "ALDS",
    "ClaimTicket": "ALD",
    "QueueTicket": "S",
    "UnassignTicket": "ALDS",
    "ReplyToRequester": "ALD",
    "ReplyAsRequester": "R",
    "AddNote": "ALDS",
    "ChangeTicket": "ALDS",
    "AwaitCustomer": "ALD",
    "AwaitInternal": "ALD",
    "ResumeTicket": "ALD",
    "ResolveTicket": "ALDR",
    "ReopenTicket": "ALDR",
    "CloseTicket": "ALDRS",
    "RedactMessage": "LD",
    "TargetSla": "S",
    "MarkSlaAtRisk": "S",
    "BreachSla": "S",
    "RevokeSlaBreach": "S",
    "MarkAgentSilent": "S",
    "EscalateTicket": "S",
    "ScheduleSurvey": "S",
    "RecordSurveySent": "S",
    "RateTicket": "R",
    "ImportTicket": "I",
}
EXAMPLES: dict[str, TicketCommandData] = {type(data).__name__: data for _, _, data, _ in ROWS}
ON_A_TICKET = {name: data for name, data in EXAMPLES.items() if not isinstance(data, OpenTicket | ImportTicket)}


def test_the_senders_are_those_of_this_page() -> None:
    known = {data.__name__: kinds for data, kinds in MAY_SEND.items()}
    assert known == {name: {LETTERS[letter] for letter in letters} for name, letters in SENDERS.items()}


@pytest.mark.parametrize("kind", ActorKind)
@pytest.mark.parametrize("name", ON_A_TICKET)
def test_who_may_not_send_it_learns_nothing_of_the_ticket(name: str, kind: ActorKind) -> None:
    command = wish(EXAMPLES[name], actor=Actor(kind, "someone"))
    allowed = kind in {LETTERS[letter] for letter in SENDERS[name]}
    assert refused(None, command).code == ("not_found" if allowed else "forbidden")
    if not allowed:
        assert refused(given(OPENED), command).code == "forbidden"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", [name for name in ON_A_TICKET if "R" in SENDERS[name]])
def test_anothers_ticket_is_as_a_missing_one_whatever_is_asked_of_it(name: str, status: Status) -> None:
    command = wish(EXAMPLES[name], actor=RUDI, expected=Expected(version=99))
    missing, anothers = refused(None, command), refused(given(*IN[status]), command)
    assert (missing.code, missing.detail, missing.allowed) == ("not_found", "There is no such ticket.", ())
    assert (anothers.code, anothers.detail, anothers.allowed) == ("not_found", "There is no such ticket.", ())


def test_staff_touch_any_ticket_and_open_for_anyone() -> None:
    assert facts(when(None, wish(OPEN, actor=ADA))) == [OPENED]


@pytest.mark.parametrize("origin", Status)
@pytest.mark.parametrize("goal", Status)
def test_the_guard_table(origin: Status, goal: Status) -> None:
    table = {
        "new": "open resolved",
        "open": "pending_customer pending_internal resolved",
        "pending_customer": "open pending_internal resolved",
        "pending_internal": "open pending_customer resolved",
        "resolved": "open closed",
        "closed": "",
    }
    allowed = tuple(table[origin].split())
    assert TRANSITIONS[origin] == allowed
    if goal in allowed:
        guard(origin, goal)
    else:
        with pytest.raises(Rejected) as refusal:
            guard(origin, goal)
        assert (refusal.value.code, refusal.value.allowed) == ("transition_not_allowed", allowed)


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (Expected(version=1, conversation_version=9, if_match=9), "precondition_failed"),
        (Expected(version=9, conversation_version=9), "version_conflict"),
        (Expected(version=2, conversation_version=2, if_match=2), "conversation_conflict"),
        (Expected(version=0), "version_conflict"),
    ],
)
def test_the_first_version_that_does_not_hold_is_named(expected: Expected, code: str) -> None:
    ticket = given(*IN[Status.OPEN])
    assert (ticket.version, ticket.conversation_version) == (2, 1)
    assert refused(ticket, wish(EXAMPLES["AwaitCustomer"], expected=expected)).code == code


def test_an_assignment_raises_the_version_and_not_that_of_the_conversation() -> None:
    command = wish(EXAMPLES["ReplyAsRequester"], actor=RITA, expected=Expected(conversation_version=1))
    assert [event.conversation_version for event in when(given(*IN[Status.OPEN]), command)] == [2]
