"""What tickets go by: the directory as of their first target, whatever is changed afterwards; presets; imports."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg

from shared.events.directory_promises import SlaPolicy, Target
from shared.events.directory_records import Team
from shared.events.envelope import Actor, ActorKind, Origin
from shared.events.personal import Plain
from shared.events.ticket_commands import ChangeTicket, ReplyAsRequester
from shared.events.ticket_events import RequesterReplied, TicketOpened
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_promises import SlaBreached, SlaTargeted
from shared.events.ticket_values import Channel, Clock, Priority, Requester, Status
from shared.runtime.settings import Settings
from tests.integration.sla.conftest import MINUTE, at_work, now, of, opened, promise, save
from tests.processing import ADA, RITA, eventually, send, wish
from tests.projecting import said

_IMPORTER = Actor(ActorKind.IMPORT, "legacy")


def _policy(p1: int, p3: int) -> SlaPolicy:
    return SlaPolicy((Target(Priority.P1, p1), Target(Priority.P3, p3)))


def test_an_edited_policy_leaves_open_tickets_as_they_are(desk: Settings) -> None:
    """Even where something changes of them that their promise depends on."""
    with at_work(desk):
        save(desk, ("policies/house", _policy(40, 60)))
        before = opened(desk)
        eventually(lambda: of(desk, before, SlaTargeted))
        save(desk, ("policies/house", _policy(20, 30)))
        after = opened(desk)
        eventually(lambda: of(desk, after, SlaTargeted))
        send(desk, [wish(ChangeTicket(priority=Priority.P1), before, ADA)])
        eventually(lambda: len(of(desk, before, SlaTargeted)) == 2)
        first, second = (one.data for one in of(desk, before, SlaTargeted))
        (fresh,) = (one.data for one in of(desk, after, SlaTargeted))
    assert [one.policy_version for one in (first, second, fresh)] == [1, 1, 2]
    assert first.directory_offset == second.directory_offset
    assert [one.clocks[0].goal for one in (first, second, fresh)] == [60 * MINUTE, 40 * MINUTE, 30 * MINUTE]


def test_without_a_policy_the_preset_holds(desk: Settings) -> None:
    with at_work(desk):
        save(desk, ("teams/support", Team("Support")))
        ticket = opened(desk)
        (targeted,) = eventually(lambda: of(desk, ticket, SlaTargeted))
    assert (targeted.data.policy_id, targeted.data.policy_version) == ("standard", 0)
    assert [(one.clock, one.goal) for one in targeted.data.clocks] == [
        (Clock.FIRST_RESPONSE, timedelta(days=1)),
        (Clock.RESOLUTION, timedelta(days=5)),
    ]


def test_an_import_starts_no_clock_and_what_comes_afterwards_does(desk: Settings) -> None:
    ticket, old = uuid4(), now() - timedelta(days=90)
    told = ImportTicket(
        source="legacy",
        external="7",
        row=1,
        subject=Plain("Printer"),
        description=Plain("It burns."),
        requester=Requester("rita"),
        status=Status.OPEN,
        channel=Channel.EMAIL,
        priority=Priority.P3,
        opened_at=old,
    )
    with at_work(desk):
        save(desk, ("policies/house", promise(first=60, reply=60, resolution=90)))
        send(desk, [replace(wish(told, ticket, _IMPORTER), occurred_at=old, origin=Origin.IMPORT)])
        eventually(lambda: of(desk, ticket, TicketOpened))
        live = opened(desk, 61 * MINUTE)
        eventually(lambda: of(desk, live, SlaBreached))
        assert of(desk, ticket, SlaTargeted) == []
        send(desk, [wish(ReplyAsRequester(said("It burns still.")), ticket, RITA)])
        (targeted,) = eventually(lambda: of(desk, ticket, SlaTargeted))
        (reply,) = of(desk, ticket, RequesterReplied)
        assert of(desk, ticket, SlaBreached) == []
    assert [one.started_at for one in targeted.data.clocks] == [reply.occurred_at]


def test_nothing_personal_is_kept(desk: Settings) -> None:
    with at_work(desk):
        save(desk, ("policies/house", promise(first=60)))
        ticket = opened(desk)
        eventually(lambda: of(desk, ticket, SlaTargeted))
    with psycopg.connect(desk.database_url) as connection:
        kept = b"".join(state for (state,) in connection.execute("SELECT state FROM sla.tickets"))
    assert kept
    assert b"Printer" not in kept
    assert b"Rita" not in kept
