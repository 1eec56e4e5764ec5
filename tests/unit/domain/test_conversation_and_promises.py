"""Messages and what they set off; clocks, escalations, surveys and ratings."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

import pytest

from shared.events.personal import Plain
from shared.events.ticket_changes import PriorityChanged, TicketCategorised, TicketTagged
from shared.events.ticket_commands import (
    AddNote,
    BreachSla,
    ChangeTicket,
    OpenTicket,
    RateTicket,
    RedactMessage,
    ReplyAsRequester,
    ReplyToRequester,
    TargetSla,
)
from shared.events.ticket_events import (
    AgentReplied,
    CustomerAwaited,
    FollowUpOpened,
    MessageRedacted,
    RequesterReplied,
    TicketAssigned,
    TicketClosed,
    TicketEventData,
    TicketNoted,
    TicketReopened,
    TicketResolved,
)
from shared.events.ticket_promises import (
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    TicketRated,
)
from shared.events.ticket_values import (
    Channel,
    Clock,
    ClockTarget,
    CloseReason,
    Priority,
    Requester,
    SlaInputs,
    Status,
)
from tests.deciding import (
    ADA,
    AT,
    FACTS,
    HOUR,
    LEA,
    OPENED,
    RITA,
    SAID,
    SLA,
    TICKET,
    after,
    facts,
    given,
    reactions,
    refused,
    when,
    wish,
)

ASSIGNED = TicketAssigned("ada")
DUE = AT + 4 * HOUR
FIRST = ClockTarget(Clock.FIRST_RESPONSE, 1, AT, DUE, AT + 3 * HOUR)
TARGETED = SlaTargeted("standard", 1, None, 1, SlaInputs(Priority.P3, Channel.WEB), (FIRST,))
BREACH = BreachSla(Clock.FIRST_RESPONSE, 1, DUE)


def test_the_first_public_reply_is_the_first_response_once() -> None:
    first = when(given(OPENED, ASSIGNED), wish(ReplyToRequester(SAID)))
    assert facts(first) == [AgentReplied(SAID, first_response=True)]
    answered = after(given(OPENED, ASSIGNED), first)
    assert answered.first_response_at == AT + HOUR
    assert facts(when(answered, wish(ReplyToRequester(SAID)))) == [AgentReplied(SAID, first_response=False)]


def test_a_requesters_message_ends_waiting_for_them() -> None:
    ticket = given(OPENED, ASSIGNED, CustomerAwaited())
    events = when(ticket, wish(ReplyAsRequester(SAID), actor=RITA))
    assert facts(events) == [RequesterReplied(SAID, FACTS)]
    assert after(ticket, events).status is Status.OPEN


def test_a_requesters_message_reopens_inside_the_hold() -> None:
    ticket = given(OPENED, ASSIGNED, TicketResolved(1, "ada"))
    events = when(ticket, wish(ReplyAsRequester(SAID), actor=RITA))
    assert facts(events) == [
        RequesterReplied(SAID, FACTS),
        TicketReopened(1, "requester replied", replace(FACTS, reopenings=1)),
    ]


@pytest.mark.parametrize(
    ("closing", "at"), [((), AT + 72 * HOUR), ((TicketClosed(CloseReason.CONFIRMED),), AT + HOUR)]
)
def test_a_message_past_reopening_opens_a_linked_follow_up(
    closing: tuple[TicketEventData, ...], at: datetime
) -> None:
    ticket = given(OPENED, ASSIGNED, TicketResolved(1, "ada"), *closing)
    command = wish(ReplyAsRequester(SAID), actor=RITA, at=at)
    (event,) = when(ticket, command)
    follow_up = uuid5(command.id, "follow-up")
    assert event.data == FollowUpOpened(follow_up, OPENED.subject, SAID, Channel.WEB, Priority.P3, "rita")
    opening = reactions(ticket, command)[0].command
    assert (opening.id, opening.subject, opening.cause_id, opening.actor) == (
        uuid5(command.id, "open"),
        str(follow_up),
        event.id,
        RITA,
    )
    assert opening.data == OpenTicket(OPENED.subject, SAID.body, Requester("rita"), follows=TICKET)


def test_a_note_is_taken_even_when_closed() -> None:
    closed = given(OPENED, TicketClosed(CloseReason.SPAM))
    assert facts(when(closed, wish(AddNote(SAID)))) == [TicketNoted(SAID)]


def test_redacting_takes_a_message_once_and_only_leads_do_it() -> None:
    ticket = given(OPENED, ASSIGNED, TicketNoted(SAID))
    redact = RedactMessage(3, "a password")
    assert facts(when(ticket, wish(redact, actor=LEA))) == [MessageRedacted(3, "a password")]
    assert refused(ticket, wish(redact)).code == "forbidden"
    assert refused(ticket, wish(RedactMessage(2, "no message"), actor=LEA)).code == "no_such_message"
    gone = after(ticket, when(ticket, wish(redact, actor=LEA)))
    assert refused(gone, wish(redact, actor=LEA)).code == "no_such_message"


def test_each_property_that_differs_is_an_event() -> None:
    change = ChangeTicket(subject=OPENED.subject, priority=Priority.P1, category="printers", add_tags=("fire",))
    assert facts(when(given(OPENED), wish(change))) == [
        PriorityChanged(Priority.P1, Priority.P3),
        TicketCategorised("printers"),
        TicketTagged(("fire",)),
    ]


def test_a_late_reply_that_came_first_does_not_hide_the_breach() -> None:
    late = given(OPENED, ASSIGNED, TARGETED, RequesterReplied(SAID))
    replied = after(late, when(late, wish(ReplyToRequester(SAID), at=DUE + HOUR)))
    assert facts(when(replied, wish(BREACH, actor=SLA, at=DUE + 2 * HOUR))) == [
        SlaBreached(Clock.FIRST_RESPONSE, 1, DUE, FACTS)
    ]


def test_a_reply_in_time_wins_over_the_breach() -> None:
    waiting = given(OPENED, ASSIGNED, TARGETED)
    replied = after(waiting, when(waiting, wish(ReplyToRequester(SAID), at=DUE - HOUR)))
    assert refused(replied, wish(BREACH, actor=SLA, at=DUE)).code == "clock_met"


def test_a_reply_in_time_that_comes_to_light_late_revokes_the_breach() -> None:
    breached = given(OPENED, ASSIGNED, TARGETED, SlaBreached(Clock.FIRST_RESPONSE, 1, DUE))
    command = wish(ReplyToRequester(SAID), at=DUE + HOUR, occurred_at=DUE - HOUR)
    assert facts(when(breached, command)) == [
        AgentReplied(SAID, first_response=True),
        SlaBreachRevoked(Clock.FIRST_RESPONSE, 1, DUE, DUE - HOUR),
    ]


def test_a_breach_is_never_early_never_twice_and_only_of_a_current_clock() -> None:
    waiting = given(OPENED, ASSIGNED, TARGETED)
    assert refused(waiting, wish(BREACH, actor=SLA, at=DUE - HOUR)).code == "not_due"
    assert (
        refused(waiting, wish(BreachSla(Clock.FIRST_RESPONSE, 2, DUE), actor=SLA, at=DUE)).code
        == "clock_not_current"
    )
    breached = after(waiting, when(waiting, wish(BREACH, actor=SLA, at=DUE)))
    assert when(breached, wish(BREACH, actor=SLA, at=DUE + HOUR)) == ()


def test_a_target_on_an_old_basis_is_refused() -> None:
    target = TargetSla("standard", 1, None, 1, SlaInputs(Priority.P3, Channel.WEB), (FIRST,))
    assert facts(when(given(OPENED), wish(target, actor=SLA))) == [TARGETED]
    assert refused(given(OPENED, RequesterReplied(SAID)), wish(target, actor=SLA)).code == "stale_basis"


def test_a_resolution_is_rated_once_and_credited_to_its_agent() -> None:
    ticket = given(OPENED, ASSIGNED, TicketResolved(1, "ada", "first-line"))
    events = when(ticket, wish(RateTicket(1, 5, Plain("quick")), actor=RITA))
    assert facts(events) == [TicketRated(1, 5, Plain("quick"), "ada", "first-line")]
    assert refused(after(ticket, events), wish(RateTicket(1, 1), actor=RITA)).code == "already_rated"
    assert refused(ticket, wish(RateTicket(2, 5), actor=RITA)).code == "resolution_not_current"
    assert refused(ticket, wish(RateTicket(1, 6), actor=RITA)).code == "invalid_score"
    assert refused(ticket, wish(RateTicket(1, 5), actor=ADA)).code == "forbidden"


def test_nothing_occurs_later_than_it_is_recorded() -> None:
    command = wish(ReplyToRequester(SAID), at=AT, occurred_at=AT + HOUR)
    assert refused(given(OPENED, ASSIGNED), command).code == "in_the_future"


def test_event_ids_follow_from_the_command() -> None:
    command = wish(ReplyAsRequester(SAID), actor=RITA)
    events = when(given(OPENED, ASSIGNED, TicketResolved(1, "ada")), command)
    assert [event.id for event in events] == [uuid5(command.id, "0"), uuid5(command.id, "1")]
    assert [event.version for event in events] == [4, 5]
    assert {event.command_id for event in events} == {UUID(str(command.id))}
