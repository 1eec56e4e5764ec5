"""What is written by hand for its speed makes what the standard library makes."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.ticket import Ticket
from shared.events.identity import derived_id
from shared.events.personal import Plain
from shared.events.ticket_values import Channel, Priority, Status

TICKET = Ticket(
    id=UUID(int=1),
    reference="CF-13",
    subject=Plain("Printer"),
    channel=Channel.WEB,
    priority=Priority.P3,
    status=Status.NEW,
    requester_id="rita",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    version=1,
    conversation_version=1,
)


@given(st.uuids(), st.text())
def test_a_derived_id_is_the_uuid_of_version_5(namespace: UUID, name: str) -> None:
    assert derived_id(namespace, name) == uuid5(namespace, name)


@pytest.mark.parametrize("name", [known.name for known in fields(Ticket)])
def test_a_change_of_any_field_leaves_all_the_others(name: str) -> None:
    assert TICKET.with_changes(**{name: "other"}) == replace(TICKET, **{name: "other"})  # type: ignore[arg-type] # a field of any type


def test_a_change_of_nothing_is_the_same_ticket() -> None:
    assert TICKET.with_changes() == TICKET
