"""ChangeTicket: each property that differs is an event, and nothing else is."""

import pytest

from services.intake.domain.policy import MAX_FIELDS, MAX_TAGS
from shared.events.personal import Plain
from shared.events.ticket_changes import FieldsChanged, TicketCategorised, TicketRetitled, TicketTagged
from shared.events.ticket_commands import ChangeTicket, OpenTicket
from shared.events.ticket_events import TicketEventData, TicketTransferred
from tests.deciding import OPEN, OPENED, RITA, after, facts, given, refused, when, wish

TAGGED = TicketTagged(("fire", "floor-2"))
FILLED = FieldsChanged({"floor": 1, "building": "north"})


@pytest.mark.parametrize(
    ("history", "change", "happens"),
    [
        ((), ChangeTicket(subject=Plain("Smoke")), [TicketRetitled(Plain("Smoke"))]),
        ((), ChangeTicket(subject=OPENED.subject), []),
        ((), ChangeTicket(team_id="first-line"), [TicketTransferred("first-line")]),
        (
            (TicketTransferred("first-line"),),
            ChangeTicket(team_id="second-line"),
            [TicketTransferred("second-line", "first-line", reassignments=1)],
        ),
        (
            (TicketTransferred("first-line"),),
            ChangeTicket(clear=("team_id",)),
            [TicketTransferred(None, "first-line", reassignments=1)],
        ),
        ((), ChangeTicket(clear=("team_id", "category")), []),
        ((TicketCategorised("fire"),), ChangeTicket(clear=("category",)), [TicketCategorised(None, "fire")]),
        ((TicketCategorised("fire"),), ChangeTicket(category="fire"), []),
        ((TAGGED,), ChangeTicket(tags=("floor-2", "ink")), [TicketTagged(("ink",), ("fire",))]),
        ((TAGGED,), ChangeTicket(tags=("floor-2", "fire")), []),
        ((TAGGED,), ChangeTicket(tags=()), [TicketTagged((), ("fire", "floor-2"))]),
        ((TAGGED,), ChangeTicket(add_tags=("ink", "ink", "fire")), [TicketTagged(("ink",))]),
        ((TAGGED,), ChangeTicket(add_tags=("ink",), remove_tags=("ink", "fire")), [TicketTagged((), ("fire",))]),
        ((FILLED,), ChangeTicket(fields={"floor": 1, "building": "north"}), []),
        ((FILLED,), ChangeTicket(fields={"floor": True}), [FieldsChanged({"floor": True})]),
        ((FILLED,), ChangeTicket(fields={"floor": 1.0}), [FieldsChanged({"floor": 1.0})]),
        ((FILLED,), ChangeTicket(fields={"floor": None, "roof": None}), [FieldsChanged({"floor": None})]),
    ],
)
def test_a_change_is_what_differs(
    history: tuple[TicketEventData, ...], change: ChangeTicket, happens: list[TicketEventData]
) -> None:
    ticket = given(OPENED, *history)
    events = when(ticket, wish(change))
    assert facts(events) == happens
    assert repr(facts(events)) == repr(happens), "1, 1.0 and true are equal in Python, and not here"
    assert when(after(ticket, events), wish(change, number=2)) == ()


def test_what_was_emptied_is_gone() -> None:
    ticket = given(OPENED, FILLED, TAGGED, FieldsChanged({"floor": None}), TicketTagged(("ink",), ("fire",)))
    assert (ticket.fields, ticket.tags) == ({"building": "north"}, ("floor-2", "ink"))


def test_a_ticket_has_so_many_tags_and_fields_and_no_more() -> None:
    tags = tuple(f"tag {number}" for number in range(MAX_TAGS))
    filled = FieldsChanged({f"field {number}": number for number in range(MAX_FIELDS)})
    full = given(OPENED, TicketTagged(tags), filled)
    assert refused(full, wish(ChangeTicket(add_tags=("one more",)))).code == "too_many"
    assert refused(full, wish(ChangeTicket(fields={"one more": 1}))).code == "too_many"
    swap = ChangeTicket(add_tags=("new",), remove_tags=("tag 0",), fields={"new": 1, "field 0": None})
    assert facts(when(full, wish(swap))) == [
        TicketTagged(("new",), ("tag 0",)),
        FieldsChanged({"new": 1, "field 0": None}),
    ]


@pytest.mark.parametrize(
    "opening",
    [
        OpenTicket(OPEN.subject, OPEN.description, OPEN.requester, tags=tuple(map(str, range(MAX_TAGS + 1)))),
        OpenTicket(
            OPEN.subject, OPEN.description, OPEN.requester, fields={str(n): n for n in range(MAX_FIELDS + 1)}
        ),
    ],
)
def test_none_opens_with_more(opening: OpenTicket) -> None:
    assert refused(None, wish(opening, actor=RITA)).code == "too_many"
