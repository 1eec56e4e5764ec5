"""Custom fields: which value fits which definition, and when one must be there."""

import pytest

from services.intake.domain.custom_fields import FieldDefinition, FieldType, Required
from services.intake.domain.policy import Policy
from shared.events.ticket_changes import FieldsChanged
from shared.events.ticket_commands import ChangeTicket, OpenTicket, ResolveTicket
from shared.events.ticket_events import TicketOpened, TicketResolved
from shared.events.ticket_values import FieldValue, Status
from tests.deciding import IN, OPEN, OPENED, RITA, TICKET, facts, given, refused, when, wish

CHOICES = ("north", "south")
SENTENCES = {
    FieldType.TEXT: "a text of at most 5 characters",
    FieldType.INTEGER: "a whole number",
    FieldType.NUMBER: "a number",
    FieldType.BOOLEAN: "true or false",
    FieldType.DATE: "a date such as 2026-02-28",
    FieldType.CHOICE: "one of: north, south",
}


def _policy(kind: FieldType, required: Required = Required.NEVER) -> Policy:
    choices = CHOICES if kind is FieldType.CHOICE else ()
    return Policy(fields={"x": FieldDefinition("x", kind, required, choices, max_length=5)})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.TEXT, ""),
        (FieldType.TEXT, "ünï😀\n"),
        (FieldType.INTEGER, -1),
        (FieldType.NUMBER, 1),
        (FieldType.NUMBER, 1.5),
        (FieldType.BOOLEAN, False),
        (FieldType.DATE, "2028-02-29"),
        (FieldType.CHOICE, "south"),
    ],
)
def test_a_value_that_fits(kind: FieldType, value: FieldValue) -> None:
    change = ChangeTicket(fields={"x": value, "without definition": "anything"})
    assert facts(when(given(OPENED), wish(change), _policy(kind))) == [FieldsChanged(change.fields)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.TEXT, "sixsix"),
        (FieldType.TEXT, 5),
        (FieldType.INTEGER, True),
        (FieldType.INTEGER, 1.0),
        (FieldType.INTEGER, "1"),
        (FieldType.NUMBER, True),
        (FieldType.NUMBER, "1"),
        (FieldType.BOOLEAN, 1),
        (FieldType.BOOLEAN, "true"),
        (FieldType.DATE, "2026-02-29"),
        (FieldType.DATE, "20260228"),
        (FieldType.DATE, 20260228),
        (FieldType.CHOICE, "North"),
        (FieldType.CHOICE, True),
    ],
)
def test_a_value_that_does_not_fit(kind: FieldType, value: FieldValue) -> None:
    opening = OpenTicket(OPEN.subject, OPEN.description, OPEN.requester, fields={"x": value})
    for refusal in (
        refused(None, wish(opening, actor=RITA), _policy(kind)),
        refused(given(OPENED), wish(ChangeTicket(fields={"x": value})), _policy(kind)),
    ):
        assert (refusal.code, refusal.detail) == ("invalid_field", f"The field x must be {SENTENCES[kind]}.")


def test_every_type_has_its_sentence() -> None:
    assert set(SENTENCES) == set(FieldType)


@pytest.mark.parametrize("fields", [{}, {"x": ""}])
def test_what_opening_needs_must_be_there(fields: dict[str, FieldValue]) -> None:
    opening = OpenTicket(OPEN.subject, OPEN.description, OPEN.requester, fields=fields)
    refusal = refused(None, wish(opening, actor=RITA), _policy(FieldType.TEXT, Required.TO_OPEN))
    assert (refusal.code, refusal.detail) == ("required_field", "To open the ticket, fill in: x.")


def test_zero_and_false_are_values() -> None:
    for kind, value in ((FieldType.INTEGER, 0), (FieldType.BOOLEAN, False)):
        opening = OpenTicket(OPEN.subject, OPEN.description, OPEN.requester, fields={"x": value})
        (opened,) = facts(when(None, wish(opening, actor=RITA), _policy(kind, Required.TO_OPEN)))
        assert isinstance(opened, TicketOpened)
        assert opened.fields == {"x": value}


def test_a_follow_up_need_not_repeat_what_opening_needs() -> None:
    opening = OpenTicket(OPEN.subject, OPEN.description, OPEN.requester, follows=TICKET)
    (opened,) = facts(when(None, wish(opening, actor=RITA), _policy(FieldType.TEXT, Required.TO_OPEN)))
    assert isinstance(opened, TicketOpened)
    assert opened.follows == TICKET


def test_what_resolving_needs_is_asked_of_staff_and_not_of_the_requester() -> None:
    policy = _policy(FieldType.TEXT, Required.TO_RESOLVE)
    ticket = given(*IN[Status.OPEN])
    refusal = refused(ticket, wish(ResolveTicket()), policy)
    assert (refusal.code, refusal.detail) == ("required_field", "To resolve the ticket, fill in: x.")
    filled = given(*IN[Status.OPEN], FieldsChanged({"x": "ink"}))
    assert facts(when(filled, wish(ResolveTicket()), policy)) == [TicketResolved(1, "ada")]
    by_article = wish(ResolveTicket(TICKET), actor=RITA)
    assert facts(when(ticket, by_article, policy)) == [TicketResolved(1, article_id=TICKET)]
