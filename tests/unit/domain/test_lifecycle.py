"""States of a ticket: what each command makes of them, and what it is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.domain.custom_fields import FieldDefinition, FieldType, Required
from services.intake.domain.guards import TRANSITIONS
from services.intake.domain.policy import Policy
from shared.events.envelope import Expected
from shared.events.personal import Plain
from shared.events.ticket_commands import (
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    ClaimTicket,
    CloseTicket,
    OpenTicket,
    ReopenTicket,
    ResolveTicket,
    ResumeTicket,
    TicketCommandData,
    UnassignTicket,
)
from shared.events.ticket_events import (
    CustomerAwaited,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketUnassigned,
)
from shared.events.ticket_values import CloseReason, Requester, Status
from tests.deciding import (
    ADA,
    ASSIGNED,
    AT,
    BEN,
    FACTS,
    HOUR,
    IN,
    OPEN,
    OPENED,
    RITA,
    RUDI,
    SLA,
    SLOT,
    facts,
    given,
    refused,
    when,
    wish,
)

TO: dict[Status, TicketCommandData] = {
    Status.PENDING_CUSTOMER: AwaitCustomer(),
    Status.PENDING_INTERNAL: AwaitInternal(),
    Status.RESOLVED: ResolveTicket(),
}


def test_open_is_recorded_as_it_was_asked() -> None:
    assert facts(when(None, wish(OPEN, actor=RITA))) == [OPENED]


def test_open_twice_is_refused() -> None:
    assert refused(given(OPENED), wish(OPEN, actor=RITA)).code == "already_exists"


def test_a_requester_opens_for_themself_only() -> None:
    other = OpenTicket(Plain("x"), Plain("y"), Requester("rudi"))
    assert refused(None, wish(other, actor=RITA)).code == "forbidden"


def test_the_first_assignment_opens_a_new_ticket_and_is_no_reassignment() -> None:
    ticket = given(OPENED)
    events = when(ticket, wish(AssignTicket("ada", reservation=SLOT)))
    assert facts(events) == [TicketAssigned("ada", reservation=SLOT)]
    assert given(OPENED, ASSIGNED).status is Status.OPEN


def test_a_second_assignment_counts_and_names_whom_it_takes_the_ticket_from() -> None:
    assert facts(when(given(OPENED, ASSIGNED), wish(AssignTicket("ben", reservation=SLOT)))) == [
        TicketAssigned("ben", previous_assignee_id="ada", reassignments=1, reservation=SLOT)
    ]


def test_assigning_to_the_assignee_changes_nothing() -> None:
    assert when(given(OPENED, ASSIGNED), wish(AssignTicket("ada"))) == ()


def test_the_first_of_two_claims_wins() -> None:
    claimed = given(OPENED, TicketClaimed("ada"))
    assert facts(when(given(OPENED), wish(ClaimTicket(SLOT)))) == [TicketClaimed("ada", reservation=SLOT)]
    assert when(claimed, wish(ClaimTicket(SLOT))) == ()
    assert refused(claimed, wish(ClaimTicket(SLOT), actor=BEN)).code == "already_claimed"


def test_unassigning_leaves_the_state() -> None:
    ticket = given(OPENED, ASSIGNED, CustomerAwaited())
    assert facts(when(ticket, wish(UnassignTicket("shift over")))) == [TicketUnassigned("ada", "shift over")]
    unassigned = given(OPENED, ASSIGNED, CustomerAwaited(), TicketUnassigned("ada"))
    assert (unassigned.status, unassigned.assignee_id) == (Status.PENDING_CUSTOMER, None)


@pytest.mark.parametrize("origin", list(Status))
@pytest.mark.parametrize("goal", list(TO))
def test_the_guard_table_is_what_people_can_do(origin: Status, goal: Status) -> None:
    ticket = given(*IN[origin])
    command = wish(TO[goal])
    if origin is goal:
        assert when(ticket, command) == ()
    elif goal in TRANSITIONS[origin] and origin is not Status.NEW:
        assert len(when(ticket, command)) == 1
    else:
        refusal = refused(ticket, command)
        assert refusal.code == "transition_not_allowed"
        assert set(refusal.allowed) <= set(TRANSITIONS[origin])


@pytest.mark.parametrize("origin", list(Status))
def test_resuming_ends_waiting_and_nothing_else(origin: Status) -> None:
    ticket = given(*IN[origin])
    if origin is Status.OPEN:
        assert when(ticket, wish(ResumeTicket())) == ()
    elif origin in (Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL):
        assert facts(when(ticket, wish(ResumeTicket("it arrived")))) == [TicketResumed("it arrived")]
    else:
        assert refused(ticket, wish(ResumeTicket())).code == "transition_not_allowed"


def test_a_new_ticket_is_resolved_only_by_its_requester_naming_an_article() -> None:
    from uuid import UUID

    article = UUID(int=7)
    assert facts(when(given(OPENED), wish(ResolveTicket(article), actor=RITA))) == [
        TicketResolved(1, article_id=article)
    ]
    assert refused(given(OPENED), wish(ResolveTicket(), actor=RITA)).code == "article_needed"
    assert refused(given(OPENED), wish(ResolveTicket(article))).code == "transition_not_allowed"


@pytest.mark.parametrize(
    ("late", "reopens"), [(timedelta(hours=71, minutes=59), True), (timedelta(hours=72), False)]
)
def test_reopening_is_possible_until_the_hold_is_over(late: timedelta, reopens: bool) -> None:  # noqa: FBT001 - the case
    ticket = given(*IN[Status.RESOLVED])
    command = wish(ReopenTicket("burns again"), actor=RITA, at=AT + late)
    if reopens:
        assert facts(when(ticket, command)) == [TicketReopened(1, "burns again", replace(FACTS, reopenings=1))]
    else:
        assert refused(ticket, command).code == "hold_over"


def test_the_clock_closes_when_the_hold_is_over_and_not_before() -> None:
    ticket = given(*IN[Status.RESOLVED])
    close = CloseTicket(CloseReason.AUTO_CLOSE)
    assert refused(ticket, wish(close, actor=SLA, at=AT + 71 * HOUR)).code == "not_due"
    assert facts(when(ticket, wish(close, actor=SLA, at=AT + 72 * HOUR))) == [TicketClosed(CloseReason.AUTO_CLOSE)]


def test_the_requester_confirms_and_staff_do_not() -> None:
    ticket = given(*IN[Status.RESOLVED])
    close = CloseTicket(CloseReason.CONFIRMED)
    assert facts(when(ticket, wish(close, actor=RITA))) == [TicketClosed(CloseReason.CONFIRMED)]
    assert refused(ticket, wish(close)).code == "reason_not_allowed"
    assert refused(given(*IN[Status.OPEN]), wish(close, actor=RITA)).code == "transition_not_allowed"


@pytest.mark.parametrize("origin", [status for status in Status if status is not Status.CLOSED])
def test_spam_closes_from_any_state(origin: Status) -> None:
    spam = CloseTicket(CloseReason.SPAM)
    assert facts(when(given(*IN[origin]), wish(spam))) == [TicketClosed(CloseReason.SPAM)]


@pytest.mark.parametrize(
    "data", [AssignTicket("ben"), ClaimTicket(), UnassignTicket(), ResolveTicket(), ReopenTicket()]
)
def test_closed_is_final(data: TicketCommandData) -> None:
    assert refused(given(*IN[Status.CLOSED]), wish(data)).code in {"ticket_closed", "transition_not_allowed"}


@pytest.mark.parametrize("data", [ReopenTicket(), CloseTicket(CloseReason.CONFIRMED), ResolveTicket()])
def test_anothers_ticket_is_refused_in_the_words_of_a_missing_one(data: TicketCommandData) -> None:
    missing, anothers = (
        refused(None, wish(data, actor=RUDI)),
        refused(given(*IN[Status.RESOLVED]), wish(data, actor=RUDI)),
    )
    assert (missing.code, missing.detail, missing.allowed) == (anothers.code, anothers.detail, anothers.allowed)
    assert missing.code == "not_found"


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (Expected(version=1), "version_conflict"),
        (Expected(conversation_version=2), "conversation_conflict"),
        (Expected(if_match=1), "precondition_failed"),
    ],
)
def test_what_the_asker_saw_must_still_be_so(expected: Expected, code: str) -> None:
    assert refused(given(OPENED, ASSIGNED), wish(ResolveTicket(), expected=expected)).code == code


def test_required_fields_are_asked_for_when_it_is_time() -> None:
    policy = Policy(
        fields={
            "building": FieldDefinition("building", FieldType.CHOICE, Required.TO_OPEN, ("north", "south")),
            "cause": FieldDefinition("cause", FieldType.TEXT, Required.TO_RESOLVE),
        }
    )
    assert refused(None, wish(OPEN, actor=RITA), policy).code == "required_field"
    east = OpenTicket(OPEN.subject, OPEN.description, OPEN.requester, fields={"building": "east"})
    assert (
        refused(None, wish(east, actor=RITA), policy).detail == "The field building must be one of: north, south."
    )
    assert refused(given(*IN[Status.OPEN]), wish(ResolveTicket(), actor=ADA), policy).code == "required_field"
