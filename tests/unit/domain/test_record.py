"""Recording what was decided, reacting to it, folding it; references for people."""

from dataclasses import replace
from typing import cast
from uuid import UUID, uuid5

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from stdnum import damm

from services.intake.domain.evolve import CONVERSATION, TicketEvent, evolve
from services.intake.domain.import_path import path
from services.intake.domain.record import record
from services.intake.domain.reference import reference
from services.intake.domain.rejected import Rejected
from services.intake.domain.told import Told
from shared.events.envelope import Command, Event, Origin
from shared.events.ticket_changes import TicketTagged
from shared.events.ticket_commands import RedactMessage, ReplyAsRequester, TicketCommandData
from shared.events.ticket_events import MessageRedacted, RequesterReplied, TicketEventData, TicketNoted
from shared.events.ticket_values import Status
from tests.deciding import (
    ADA,
    AT,
    HOUR,
    IN,
    LEA,
    OPEN,
    OPENED,
    RITA,
    SAID,
    TICKET,
    after,
    facts,
    given,
    reactions,
    when,
    wish,
)


def test_what_is_decided_carries_the_command_it_came_from() -> None:
    asked = replace(wish(OPEN, actor=RITA), cause_id=TICKET, trace="00-a-b-01")
    events: tuple[TicketEvent, ...] = record(asked, (TicketTagged(("a",)), TicketNoted(SAID)), 4, 2, CONVERSATION)
    first: TicketEvent = Event(
        id=uuid5(asked.id, "0"),
        subject=str(TICKET),
        version=5,
        conversation_version=2,
        occurred_at=AT + HOUR,
        recorded_at=AT + HOUR,
        actor=RITA,
        command_id=asked.id,
        correlation_id=asked.correlation_id,
        data=TicketTagged(("a",)),
        cause_id=TICKET,
        trace="00-a-b-01",
    )
    second = replace(first, id=uuid5(asked.id, "1"), version=6, conversation_version=3, data=TicketNoted(SAID))
    assert events == (first, second)


def test_what_is_told_of_has_its_own_time_and_actor() -> None:
    asked = wish(OPEN, occurred_at=AT, origin=Origin.IMPORT)
    told = Told(TicketNoted(SAID), occurred_at=AT - HOUR, actor=LEA, implied=True)
    (ours, theirs) = record(asked, (TicketNoted(SAID), told), 0, 0)
    assert (ours.occurred_at, ours.actor, ours.implied) == (AT, ADA, False)
    assert (theirs.occurred_at, theirs.actor, theirs.implied) == (AT - HOUR, LEA, True)
    assert (theirs.recorded_at, theirs.origin) == (AT + HOUR, Origin.IMPORT)


def test_what_is_told_of_lies_in_the_past() -> None:
    told: list[TicketEventData | Told[TicketEventData]] = [Told(TicketNoted(SAID), occurred_at=AT + 2 * HOUR)]
    with pytest.raises(Rejected) as refusal:
        record(wish(OPEN), told, 0, 0)
    assert refusal.value.code == "in_the_future"


def test_a_log_that_does_not_begin_with_its_opening_is_broken() -> None:
    (noted,) = when(given(OPENED), wish(RedactMessage(1, "private"), actor=LEA))
    with pytest.raises(ValueError, match="does not begin with its opening"):
        evolve(None, noted)


def test_a_log_that_opens_twice_is_broken() -> None:
    (opened,) = when(None, wish(OPEN, actor=RITA))
    with pytest.raises(ValueError, match="opens it twice"):
        evolve(given(OPENED), opened)


def test_only_a_follow_up_has_consequences_elsewhere_and_none_in_an_import() -> None:
    closed, asked = given(*IN[Status.CLOSED]), wish(ReplyAsRequester(SAID), actor=RITA)
    (followed,) = when(closed, asked)
    assert reactions(given(OPENED), asked) == ()
    assert reactions(closed, replace(asked, origin=Origin.IMPORT)) == ()
    (reaction,) = reactions(closed, asked)
    assert (reaction,) == reactions(closed, asked)
    opening = cast("Command[TicketCommandData]", reaction.command)
    assert (reaction.stream, opening.correlation_id, opening.now) == ("ticket", asked.correlation_id, asked.now)
    (opened,) = when(None, replace(opening, id=UUID(int=1)))
    assert opened.cause_id == followed.id


def test_a_message_that_opened_a_follow_up_can_be_redacted_where_it_was_sent() -> None:
    closed = given(*IN[Status.CLOSED])
    followed = after(closed, when(closed, wish(ReplyAsRequester(SAID), actor=RITA)))
    redact = wish(RedactMessage(followed.version, "a password"), actor=LEA)
    assert facts(when(followed, redact)) == [MessageRedacted(followed.version, "a password")]


def test_messages_are_known_by_version_and_never_by_body() -> None:
    ticket = given(OPENED, RequesterReplied(SAID), TicketTagged(("a",)), TicketNoted(SAID))
    assert ticket.messages == (1, 2, 4)
    assert "water" not in repr(ticket)


@drawn(st.integers(1, 10**12))
def test_a_reference_notices_a_wrong_digit(number: int) -> None:
    digits = reference(number).removeprefix("CF-")
    assert damm.is_valid(digits)
    assert digits[:-1] == str(number)
    wrong = str((int(digits[0]) + 1) % 10) + digits[1:]
    assert not damm.is_valid(wrong)


def test_references_are_as_they_were() -> None:
    assert [reference(number) for number in (1, 572)] == ["CF-13", "CF-5724"]


@pytest.mark.parametrize(
    ("start", "goal", "way"),
    [
        ("new", "new", ""),
        ("new", "resolved", "open resolved"),
        ("new", "closed", "open resolved closed"),
        ("pending_customer", "closed", "resolved closed"),
        ("resolved", "pending_internal", "open pending_internal"),
        ("pending_internal", "pending_customer", "pending_customer"),
    ],
)
def test_the_way_of_an_import_is_the_shortest(start: str, goal: str, way: str) -> None:
    assert path(Status(start), Status(goal)) == tuple(map(Status, way.split()))


@pytest.mark.parametrize(("start", "goal"), [("open", "new"), ("closed", "open")])
def test_no_way_leads_back_to_new_or_out_of_closed(start: str, goal: str) -> None:
    with pytest.raises(Rejected) as refusal:
        path(Status(start), Status(goal))
    assert refusal.value.code == "transition_not_allowed"
