"""The read model `tickets`: what each event makes of a row."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projections.read_models.ticket_row import Promise, TicketRow
from services.projections.read_models.tickets import VersionGap, evolve
from shared.events.envelope import Origin
from shared.events.personal import IdentityCodec, Plain, Sealed
from shared.events.ticket_changes import (
    FieldsChanged,
    PriorityChanged,
    TicketCategorised,
    TicketRetitled,
    TicketTagged,
)
from shared.events.ticket_events import (
    CustomerAwaited,
    InternalAwaited,
    MessageRedacted,
    SourceChanged,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEventData,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTransferred,
    TicketUnassigned,
)
from shared.events.ticket_promises import SlaBreached, SlaBreachRevoked, SlaTargeted, TicketEscalated
from shared.events.ticket_values import Channel, Clock, ClockTarget, CloseReason, Priority, SlaInputs, Status
from tests.projecting import ANSWERED, ASSIGNED, AT, MINUTE, NOTED, OPENED, THANKED, TICKET, happened, life

CODEC = IdentityCodec()
DUE = AT + timedelta(hours=4)


def fold(*data: TicketEventData) -> TicketRow:
    row: TicketRow | None = None
    for event in life(*data):
        row = evolve(row, event, CODEC)
    assert row is not None
    return row


def targeted(*clocks: ClockTarget) -> SlaTargeted:
    return SlaTargeted("standard", 1, None, 1, SlaInputs(Priority.P3, Channel.WEB), clocks)


def test_an_opened_ticket() -> None:
    assert fold() == TicketRow(
        id=TICKET,
        version=1,
        conversation_version=1,
        reference="CF-5724",
        external=None,
        subject="Printer on fire",
        description="It burns since Monday.",
        channel=Channel.WEB,
        priority=Priority.P3,
        status=Status.NEW,
        requester_id="rita",
        organisation="Acme",
        assignee_id=None,
        team_id="first-line",
        category="hardware",
        tags=("office",),
        follows=None,
        origin=Origin.LIVE,
        created_at=AT + MINUTE,
        updated_at=AT + MINUTE,
        fields={"floor": 3},
    )


@pytest.mark.parametrize(
    ("given_steps", "step", "changes"),
    [
        ((), ASSIGNED, {"assignee_id": "ada", "status": Status.OPEN}),
        ((), TicketClaimed("bo", 1), {"assignee_id": "bo", "status": Status.OPEN, "reassignments": 1}),
        ((CustomerAwaited(),), TicketAssigned("bo", "ada", 2), {"assignee_id": "bo", "reassignments": 2}),
        ((ASSIGNED,), TicketUnassigned("ada", None, 1), {"assignee_id": None, "reassignments": 1}),
        ((), TicketTransferred("second", "first-line", 1), {"team_id": "second", "reassignments": 1}),
        ((), THANKED, {}),
        ((CustomerAwaited(),), THANKED, {"status": Status.OPEN}),
        ((InternalAwaited(),), THANKED, {}),
        ((), ANSWERED, {"first_response_at": AT + 2 * MINUTE}),
        ((ANSWERED,), replace(ANSWERED, first_response=False), {}),
        ((), NOTED, {}),
        ((ASSIGNED,), CustomerAwaited(), {"status": Status.PENDING_CUSTOMER}),
        ((ASSIGNED,), InternalAwaited(), {"status": Status.PENDING_INTERNAL}),
        ((InternalAwaited(),), TicketResumed(), {"status": Status.OPEN}),
        ((ASSIGNED,), TicketResolved(1), {"status": Status.RESOLVED, "resolved_at": AT + 3 * MINUTE}),
        ((ASSIGNED,), TicketResolved(1, resolved_at=DUE), {"status": Status.RESOLVED, "resolved_at": DUE}),
        (
            (ASSIGNED, TicketResolved(1)),
            TicketReopened(1),
            {"status": Status.OPEN, "resolved_at": None, "reopenings": 1},
        ),
        (
            (TicketResolved(1),),
            TicketClosed(CloseReason.AUTO_CLOSE),
            {"status": Status.CLOSED, "closed_at": AT + 3 * MINUTE, "close_reason": CloseReason.AUTO_CLOSE},
        ),
        (
            (TicketResolved(1),),
            TicketClosed(CloseReason.IMPORTED, DUE),
            {"status": Status.CLOSED, "closed_at": DUE, "close_reason": CloseReason.IMPORTED},
        ),
        ((), PriorityChanged(Priority.P1, Priority.P3), {"priority": Priority.P1}),
        ((), TicketCategorised(None, "hardware"), {"category": None}),
        ((), TicketRetitled(Plain("Copier")), {"subject": "Copier"}),
        ((), TicketTagged(("vip",), ("office",)), {"tags": ("vip",)}),
        ((), FieldsChanged({"floor": None, "site": "north"}), {"fields": {"site": "north"}}),
        ((), MessageRedacted(1, "secret"), {"description": ""}),
        ((ANSWERED,), MessageRedacted(2, "secret"), {}),
        ((), TicketEscalated("k", "rule", 1, 2, 1), {"escalation_level": 2}),
        ((), SourceChanged(4), {}),
    ],
)
def test_a_step_changes_what_it_says_and_no_more(
    given_steps: tuple[TicketEventData, ...], step: TicketEventData, changes: dict[str, Any]
) -> None:
    before = fold(*given_steps)
    version = before.version + 1
    after = evolve(before, happened(step, version), CODEC)
    assert after == before._replace(
        version=version, conversation_version=version, updated_at=AT + version * MINUTE, **changes
    )


def test_clocks_are_targeted_broken_forgiven_and_started_again() -> None:
    first = ClockTarget(Clock.NEXT_REPLY, 1, AT, DUE)
    broken = (targeted(first), SlaBreached(Clock.NEXT_REPLY, 1, DUE))
    assert fold(targeted(first)).next_reply == Promise(DUE, breached=False, instance=1)
    assert fold(*broken).next_reply == Promise(DUE, breached=True, instance=1)
    assert fold(*broken, SlaBreachRevoked(Clock.NEXT_REPLY, 1, DUE, AT)).next_reply == Promise(None, instance=1)
    assert fold(*broken, targeted()).next_reply == Promise(None, breached=True, instance=1)
    paused = replace(first, due_at=None, paused_at=AT)
    assert fold(*broken, targeted(paused)).next_reply == Promise(None, breached=True, instance=1)
    stopped = replace(first, stopped_at=AT)
    assert fold(*broken, targeted(stopped)).next_reply == Promise(None, breached=True, instance=1)
    second = replace(first, instance=2)
    assert fold(*broken, targeted(second)).next_reply == Promise(DUE, breached=False, instance=2)


def test_a_closed_ticket_has_nothing_due() -> None:
    first, resolution = ClockTarget(Clock.FIRST_RESPONSE, 1, AT, DUE), ClockTarget(Clock.RESOLUTION, 1, AT, DUE)
    broken = (targeted(first, resolution), SlaBreached(Clock.RESOLUTION, 1, DUE))
    closed = fold(*broken, TicketClosed(CloseReason.SPAM))
    assert (closed.first_response, closed.next_reply, closed.resolution) == (
        Promise(None, instance=1),
        Promise(),
        Promise(None, breached=True, instance=1),
    )


def test_what_was_told_late_does_not_turn_the_clock_back() -> None:
    late = evolve(fold(ASSIGNED), happened(NOTED, 3, at=AT), CODEC)
    assert (late.version, late.updated_at) == (3, AT + 2 * MINUTE)


def test_an_event_that_the_row_already_holds_changes_nothing() -> None:
    row = fold(ASSIGNED, NOTED)
    for event in life(ASSIGNED, NOTED):
        assert evolve(row, event, CODEC) is row


@pytest.mark.parametrize(
    ("row", "event", "said"),
    [
        (None, happened(OPENED, 2), "at version 0 and the log goes on with version 2"),
        (None, happened(NOTED, 1), "does not begin with its opening"),
        (fold(ASSIGNED), happened(NOTED, 4), "at version 2 and the log goes on with version 4"),
    ],
)
def test_a_gap_is_no_history(row: TicketRow | None, event: Any, said: str) -> None:  # noqa: ANN401 - an event
    with pytest.raises(VersionGap, match=said):
        evolve(row, event, CODEC)


def test_an_erased_value_reads_as_empty() -> None:
    sealed = Sealed(TICKET, "nonce", "ciphertext")
    erased = evolve(None, happened(replace(OPENED, subject=sealed), 1), CODEC)
    assert erased.subject == ""


STEPS = st.sampled_from(
    [
        ASSIGNED,
        ANSWERED,
        THANKED,
        NOTED,
        CustomerAwaited(),
        TicketResolved(1),
        TicketReopened(1),
        TicketTagged(("x",)),
    ]
)


@given(st.lists(STEPS, max_size=12), st.integers(0, 12))
def test_events_delivered_twice_are_folded_once(steps: list[TicketEventData], again_from: int) -> None:
    events = life(*steps)
    row: TicketRow | None = None
    for event in (*events, *events[again_from:]):
        row = evolve(row, event, CODEC)
    assert row == fold(*steps)
