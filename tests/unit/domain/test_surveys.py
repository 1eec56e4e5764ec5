"""Surveys and ratings: once a resolution, for the one that still holds."""

import pytest

from shared.events.ticket_commands import (
    RateTicket,
    RecordSurveySent,
    ScheduleSurvey,
    TicketCommandData,
)
from shared.events.ticket_events import TicketClosed, TicketReopened, TicketResolved
from shared.events.ticket_promises import SurveyScheduled, SurveySent, TicketRated
from shared.events.ticket_values import CloseReason
from tests.deciding import (
    ASSIGNED,
    AT,
    HOUR,
    OPENED,
    RESOLVED,
    RITA,
    SLA,
    after,
    facts,
    given,
    refused,
    when,
    wish,
)

SEND_AT = AT + 2 * HOUR


def test_a_survey_is_scheduled_and_sent_once_a_resolution() -> None:
    ticket = given(OPENED, ASSIGNED, RESOLVED)
    schedule, sent = wish(ScheduleSurvey(1, SEND_AT), actor=SLA), wish(RecordSurveySent(1), actor=SLA)
    assert refused(ticket, sent).code == "not_scheduled"
    events = when(ticket, schedule)
    assert facts(events) == [SurveyScheduled(1, SEND_AT)]
    scheduled = after(ticket, events)
    assert when(scheduled, schedule) == ()
    assert facts(when(scheduled, sent)) == [SurveySent(1)]
    assert when(after(scheduled, when(scheduled, sent)), sent) == ()


@pytest.mark.parametrize("data", [ScheduleSurvey(1, SEND_AT), RecordSurveySent(1), RateTicket(1, 3)])
def test_a_resolution_that_did_not_hold_is_past(data: TicketCommandData) -> None:
    actor = RITA if isinstance(data, RateTicket) else SLA
    reopened = given(OPENED, ASSIGNED, RESOLVED, TicketReopened(1))
    resolved_again = given(OPENED, ASSIGNED, RESOLVED, TicketReopened(1), TicketResolved(2, "ben"))
    assert refused(reopened, wish(data, actor=actor)).code == "resolution_not_current"
    assert refused(resolved_again, wish(data, actor=actor)).code == "resolution_not_current"


@pytest.mark.parametrize(("score", "accepted"), [(0, False), (1, True), (5, True), (6, False)])
def test_a_score_is_one_to_five(score: int, accepted: bool) -> None:  # noqa: FBT001 - the case
    closed = given(OPENED, ASSIGNED, RESOLVED, TicketClosed(CloseReason.AUTO_CLOSE))
    command = wish(RateTicket(1, score), actor=RITA)
    if accepted:
        assert facts(when(closed, command)) == [TicketRated(1, score, agent_id="ada")]
    else:
        assert refused(closed, command).code == "invalid_score"


def test_each_resolution_has_a_rating_of_its_own() -> None:
    twice = given(OPENED, ASSIGNED, RESOLVED, TicketRated(1, 2), TicketReopened(1), TicketResolved(2, "ben", "t"))
    assert facts(when(twice, wish(RateTicket(2, 5), actor=RITA))) == [TicketRated(2, 5, None, "ben", "t")]
