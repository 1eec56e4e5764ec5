"""Rows of another system's history: taken once, skipped steps put in and marked, the hold not enforced."""

from dataclasses import replace
from datetime import timedelta

from services.intake.domain.evolve import TicketEvent
from services.intake.domain.ticket import Ticket
from shared.events.envelope import Origin
from shared.events.personal import Plain
from shared.events.ticket_events import (
    CustomerAwaited,
    SourceChanged,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTransferred,
)
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_values import Channel, CloseReason, Priority, Requester, Status
from tests.deciding import AT, HOUR, IMPORTER, OPENED, after, facts, given, refused, when, wish

ROW = ImportTicket(
    source="servicenow",
    external="INC0000045",
    row=1,
    subject=Plain("INC0000045"),
    description=Plain(""),
    requester=Requester("Caller 2403"),
    status=Status.NEW,
    channel=Channel.WEB,
    priority=Priority.P3,
    opened_at=AT,
    team_id="Group 56",
)


def taken(ticket: Ticket | None, row: ImportTicket) -> tuple[TicketEvent, ...]:
    command = wish(
        row,
        actor=IMPORTER,
        number=row.row,
        at=AT + timedelta(days=900),
        occurred_at=AT + row.row * HOUR,
        origin=Origin.IMPORT,
    )
    return when(ticket, command)


def history(*rows: ImportTicket) -> Ticket:
    ticket: Ticket | None = None
    for row in rows:
        ticket = after(ticket, taken(ticket, row))
    assert ticket is not None
    return ticket


def told(events: tuple[TicketEvent, ...]) -> list[tuple[type, bool]]:
    return [(type(event.data), event.implied) for event in events]


def test_the_first_row_opens_the_ticket_at_its_own_time() -> None:
    (event,) = taken(None, ROW)
    assert isinstance(event.data, TicketOpened)
    assert (event.occurred_at, event.origin, event.data.external) == (AT, Origin.IMPORT, "INC0000045")


def test_new_straight_to_resolved_implies_that_it_was_open() -> None:
    resolved = replace(ROW, row=2, status=Status.RESOLVED, resolved_at=AT + 10 * HOUR)
    events = taken(history(ROW), resolved)
    assert told(events) == [(TicketResumed, True), (TicketResolved, False)]
    assert after(history(ROW), events).resolved_at == AT + 10 * HOUR


def test_a_ticket_as_it_is_at_its_end_implies_the_whole_way() -> None:
    closed = replace(ROW, status=Status.CLOSED, closed_at=AT + 3 * HOUR, resolved_at=AT + 2 * HOUR)
    events = taken(None, closed)
    assert told(events) == [
        (TicketOpened, False),
        (TicketResumed, True),
        (TicketResolved, True),
        (TicketClosed, False),
    ]
    ticket = after(None, events)
    assert (ticket.resolved_at, ticket.closed_at) == (AT + 2 * HOUR, AT + 3 * HOUR)


def test_reopening_long_after_the_hold_is_taken_as_it_was() -> None:
    resolved = history(ROW, replace(ROW, row=2, status=Status.RESOLVED))
    events = taken(resolved, replace(ROW, row=500, status=Status.OPEN))
    assert facts(events) == [TicketReopened(1)]


def test_a_row_is_taken_once_however_long_ago() -> None:
    ticket = history(
        ROW, replace(ROW, row=2, status=Status.PENDING_CUSTOMER), replace(ROW, row=3, status=Status.OPEN)
    )
    assert taken(ticket, replace(ROW, row=2, status=Status.PENDING_CUSTOMER)) == ()


def test_a_row_that_changes_nothing_kept_is_on_record_all_the_same() -> None:
    assert facts(taken(history(ROW), replace(ROW, row=2))) == [SourceChanged(2)]


def test_reassignments_are_the_sources_count_whatever_changed() -> None:
    start = history(replace(ROW, assignee_id="Resolver 1"))
    both = taken(start, replace(ROW, row=2, assignee_id="Resolver 2", team_id="Group 70", reassignments=1))
    assert facts(both) == [
        TicketTransferred("Group 70", "Group 56", reassignments=1),
        TicketAssigned("Resolver 2", "Resolver 1", reassignments=0),
    ]
    neither = taken(start, replace(ROW, row=2, assignee_id="Resolver 1", reassignments=1))
    assert facts(neither) == [TicketAssigned("Resolver 1", "Resolver 1", reassignments=1)]


def test_waiting_from_new_implies_that_it_was_open() -> None:
    events = taken(history(ROW), replace(ROW, row=2, status=Status.PENDING_CUSTOMER))
    assert told(events) == [(TicketResumed, True), (CustomerAwaited, False)]


def test_a_closed_ticket_takes_changes_and_never_another_state() -> None:
    closed = history(replace(ROW, status=Status.CLOSED))
    row = replace(ROW, row=2, status=Status.CLOSED, category="printers")
    assert after(closed, taken(closed, row)).category == "printers"
    again = wish(replace(ROW, row=3, status=Status.OPEN), actor=IMPORTER, number=3, origin=Origin.IMPORT)
    assert refused(closed, again).code == "ticket_closed"
    assert closed.status is Status.CLOSED
    assert facts(taken(None, replace(ROW, status=Status.CLOSED)))[-1] == TicketClosed(CloseReason.IMPORTED)


def test_an_import_leaves_tickets_alone_that_it_did_not_make() -> None:
    assert refused(given(OPENED), wish(ROW, actor=IMPORTER, origin=Origin.IMPORT)).code == "already_exists"
