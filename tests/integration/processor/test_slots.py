"""Slots on a real broker: reserved, then assigned, across two streams and across the processor's death."""

import random
from pathlib import Path
from uuid import UUID, uuid4

from shared.events.agent import ReserveSlot, SlotPurpose
from shared.events.outcomes import Accepted, Refused
from shared.events.personal import Plain
from shared.events.ticket_commands import AwaitCustomer, ReplyAsRequester, ResolveTicket, ResumeTicket
from shared.events.ticket_values import Message
from shared.runtime.settings import Settings
from tests.processing import (
    ADA,
    BEN,
    LEA,
    OPEN,
    RITA,
    agent_events,
    events,
    eventually,
    listed,
    outcomes,
    processor,
    read_all,
    send,
    wish,
)
from tests.slots import folded, granted_below_the_limit, slots_due, slots_held

TICKET = UUID("0189d3f4-0000-7000-8000-000000000001")
OTHER = UUID("0189d3f4-0000-7000-8000-000000000002")
SAID = Message(Plain("It burns again."))


def undecided(settings: Settings) -> int:
    """Commands without an outcome."""
    sent = sum(len(read_all(settings, f"{stream}.commands")) for stream in ("ticket", "agent"))
    return sent - len(outcomes(settings)) - len(outcomes(settings, "agent"))


def claim(ticket: UUID) -> ReserveSlot:
    return ReserveSlot(ticket, SlotPurpose.CLAIMED)


def test_a_claim_reserves_first_and_the_ticket_answers(settings: Settings, tmp_path: Path) -> None:
    wanted = wish(claim(TICKET), "ada")
    with processor(settings, tmp_path):
        send(settings, [*listed("ada"), wish(OPEN, TICKET, RITA)])
        eventually(lambda: len(events(settings)) == 1 and len(agent_events(settings)) == 1)
        send(settings, [wanted])
        eventually(lambda: len(events(settings)) == 2)
    (reserving,) = (o for o in outcomes(settings, "agent") if o.command_id == wanted.id)
    (answering,) = (o for o in outcomes(settings) if o.actor == ADA)
    assert isinstance(reserving.result, Accepted)
    assert reserving.result.continued_by == answering.command_id
    assert isinstance(answering.result, Accepted)
    assert answering.result.version == 2


def test_of_two_claims_one_wins_and_the_other_slot_is_free_again(settings: Settings, tmp_path: Path) -> None:
    with processor(settings, tmp_path):
        send(settings, [*listed("ada", "ben"), wish(OPEN, TICKET, RITA)])
        eventually(lambda: len(events(settings)) == 1 and len(agent_events(settings)) == 2)
        send(settings, [wish(claim(TICKET), "ada", ADA), wish(claim(TICKET), "ben", BEN)])
        eventually(lambda: len(agent_events(settings)) == 5)
    tickets, agents = folded(settings)
    winner = tickets[str(TICKET)].assignee_id
    assert {name: len(one.slots) for name, one in agents.items()} == {
        name: int(name == winner) for name in ("ada", "ben")
    }
    assert [o.result.code for o in outcomes(settings) if isinstance(o.result, Refused)] == ["already_claimed"]


def test_a_repeated_claim_gets_the_first_answer(settings: Settings, tmp_path: Path) -> None:
    wanted = wish(claim(TICKET), "ada")
    with processor(settings, tmp_path):
        send(settings, [*listed("ada"), wish(OPEN, TICKET, RITA)])
        eventually(lambda: len(events(settings)) == 1 and len(agent_events(settings)) == 1)
        send(settings, [wanted])
        eventually(lambda: len(events(settings)) == 2)
        send(settings, [wish(ResolveTicket(), TICKET)])
        eventually(lambda: len(agent_events(settings)) == 3)
        send(settings, [wanted])
        eventually(lambda: undecided(settings) == 0 and len(outcomes(settings)) == 4)
    results = [outcome.result for outcome in outcomes(settings) if outcome.actor == ADA]
    assert [(r.version, r.repeated) for r in results if isinstance(r, Accepted)] == [
        (2, False),
        (3, False),
        (2, True),
    ]
    assert len(agent_events(settings)) == 3


def test_killed_at_any_moment_slots_are_what_tickets_hold(settings: Settings, tmp_path: Path) -> None:
    """Claims, assignments, pauses and returns of 12 tickets by 2 agents, with three kills in between."""
    chance = random.Random(7)  # noqa: S311 - which command comes next
    tickets = [uuid4() for _ in range(12)]
    send(settings, [*listed("ada", "ben", max_load=4), *(wish(OPEN, ticket, RITA) for ticket in tickets)])
    for _ in range(3):
        with processor(settings, tmp_path) as running:
            for _ in range(60):
                ticket = chance.choice(tickets)
                who = chance.choice([ADA, BEN])
                data = chance.choice(
                    [AwaitCustomer(), ResumeTicket(), ResolveTicket(), ReplyAsRequester(SAID), None, None]
                )
                if isinstance(data, ReplyAsRequester):
                    send(settings, [wish(data, ticket, RITA)])
                elif data is not None:
                    send(settings, [wish(data, ticket, who)])
                elif chance.random() < 0.5:
                    send(settings, [wish(claim(ticket), who.id, who)])
                else:
                    send(settings, [wish(ReserveSlot(ticket, SlotPurpose.ASSIGNED), who.id, LEA)])
            running.kill()
    with processor(settings, tmp_path):
        eventually(lambda: undecided(settings) == 0)
    found, agents = folded(settings)
    assert slots_held(agents) == slots_due(found)
    assert granted_below_the_limit(settings, SlotPurpose.CLAIMED) > 5
