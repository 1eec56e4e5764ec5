"""Slots follow the ticket: released when it leaves, held when it comes back, whatever the order of things."""

import random
from collections import deque
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from hypothesis import given as drawn
from hypothesis import strategies as st

from services.intake.domain import agent, agent_react
from services.intake.domain.agent import Agent, AgentCommand
from services.intake.domain.reaction import Reaction, Settled
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket  # noqa: TC001 - beside its siblings
from services.intake.domain.ticket_slots import COUNTED
from shared.events.agent import (
    HoldSlot,
    ReleaseReason,
    ReleaseSlot,
    ReserveSlot,
    SlotPurpose,
)
from shared.events.envelope import Actor, Command
from shared.events.ticket_commands import (
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    ClaimTicket,
    CloseTicket,
    ReopenTicket,
    ReplyAsRequester,
    ResolveTicket,
    ResumeTicket,
    TicketCommandData,
    UnassignTicket,
)
from shared.events.ticket_events import CustomerAwaited, TicketAssigned, TicketResolved
from shared.events.ticket_values import CloseReason
from tests.deciding import (
    ADA,
    AT,
    BEN,
    LEA,
    OPEN,
    OPENED,
    RITA,
    ROUTER,
    SAID,
    SLOT,
    TICKET,
    after,
    given,
    reactions,
    when,
    wish,
)
from tests.deciding_slots import LIMIT, OTHER, WHY, known, recorded


def slots_of(reacted: tuple[Reaction, ...]) -> list[tuple[str, object]]:
    assert {one.stream for one in reacted} <= {"agent"}
    return [(one.command.subject, one.command.data) for one in reacted]


MINE = TicketAssigned("ada", reservation=SLOT)


def test_leaving_the_states_that_count_releases_and_coming_back_holds() -> None:
    open_ = given(OPENED, MINE)
    assert slots_of(reactions(open_, wish(AwaitInternal()))) == []
    for leaving in (AwaitCustomer(), ResolveTicket(), UnassignTicket(), CloseTicket(CloseReason.SPAM)):
        assert slots_of(reactions(open_, wish(leaving))) == [("ada", ReleaseSlot(TICKET, SLOT))]
    waiting = given(OPENED, MINE, CustomerAwaited())
    solved = given(OPENED, MINE, TicketResolved(1, "ada"))
    for ticket, back in ((waiting, ResumeTicket()), (solved, ReopenTicket())):
        command = wish(back)
        resumed = after(ticket, when(ticket, command))
        assert resumed.reservation is not None
        assert slots_of(reactions(ticket, command)) == [("ada", HoldSlot(TICKET, resumed.reservation))]


def test_an_assignment_brings_its_slot_and_releases_the_one_before() -> None:
    other = UUID(int=5)
    assert slots_of(reactions(given(OPENED, MINE), wish(AssignTicket("ben", reservation=other)))) == [
        ("ada", ReleaseSlot(TICKET, SLOT))
    ]
    unneeded = ("ben", ReleaseSlot(TICKET, other, ReleaseReason.LEFT))
    waiting = given(OPENED, MINE, CustomerAwaited())
    assert slots_of(reactions(waiting, wish(AssignTicket("ben", reservation=other)))) == [unneeded]


def test_a_slot_that_was_offered_for_nothing_is_released() -> None:
    other = UUID(int=5)
    declined = ReleaseSlot(TICKET, other, ReleaseReason.DECLINED)
    mine = given(OPENED, MINE)
    assert slots_of(reactions(mine, wish(ClaimTicket(other), actor=BEN))) == [("ben", declined)]
    assert slots_of(reactions(mine, wish(AssignTicket("ada", reservation=other)))) == [("ada", declined)]
    assert slots_of(reactions(None, wish(ClaimTicket(other)))) == [("ada", declined)]


class Suite:
    """Two tickets and two agents, and commands under way between them: each takes its own in order."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.tickets: dict[str, Ticket | None] = {str(TICKET): None, str(OTHER): None}
        self.agents: dict[str, Agent] = {"ada": known(LIMIT), "ben": known(LIMIT)}
        self.way: dict[str, deque[Command[object]]] = {}
        self.sent = 0
        for ticket in self.tickets:
            self.send(ticket, OPEN, RITA)

    def send(self, subject: str, data: object, actor: Actor) -> None:
        self.sent += 1
        command = UUID(int=self.sent)
        self.way.setdefault(subject, deque()).append(Command(command, subject, actor, AT, command, data))

    def step(self) -> None:
        subject = self.chance.choice(sorted(self.way))
        command = self.way[subject].popleft()
        if not self.way[subject]:
            del self.way[subject]
        followed = self._agent(command) if subject in self.agents else self._ticket(command)
        for reaction in followed:
            self.way.setdefault(reaction.command.subject, deque()).append(reaction.command)

    def _ticket(self, command: Command[object]) -> tuple[Reaction, ...]:
        data: TicketCommandData = command.data  # type: ignore[assignment] # a ticket's subject has tickets' commands
        sent = replace(wish(data, actor=command.actor), id=command.id, subject=command.subject, now=AT)
        before = self.tickets.get(command.subject)
        with suppress(Rejected):
            self.tickets[command.subject] = after(before, events) if (events := when(before, sent)) else before
        return reactions(before, sent)

    def _agent(self, command: Command[object]) -> tuple[Reaction, ...]:
        sent: AgentCommand = command  # type: ignore[assignment] # as above
        before = self.agents[command.subject]
        try:
            decided = agent.decide(sent, before)
        except Rejected:
            return agent_react.react(Settled(sent, before, (), before))
        events = recorded(sent, decided, before.version)
        state = before
        for event in events:
            state = agent.evolve(state, event)
            self._check_limit(sent, before, state)
        self.agents[command.subject] = state
        return agent_react.react(Settled(sent, before, events, state))

    def _check_limit(self, command: AgentCommand, before: Agent, state: Agent) -> None:
        match command.data:
            case ReserveSlot(purpose=SlotPurpose.ROUTED | SlotPurpose.CLAIMED):
                assert state.load <= state.max_load or state.load == before.load


WISHES = [
    (AwaitCustomer(), ADA),
    (AwaitInternal(), BEN),
    (ResumeTicket(), ADA),
    (ResolveTicket(), ADA),
    (ReopenTicket(), LEA),
    (ReplyAsRequester(SAID), RITA),
    (UnassignTicket(), LEA),
    (CloseTicket(CloseReason.SPAM), LEA),
]


@drawn(st.randoms(use_true_random=False), st.integers(5, 60))
def test_when_all_is_quiet_slots_are_exactly_what_tickets_hold(chance: random.Random, length: int) -> None:
    """Whatever the order in which commands of tickets and agents are taken: nothing leaks, nothing is missing."""
    suite = Suite(chance)
    for _ in range(length):
        ticket = chance.choice(sorted(suite.tickets))
        if chance.random() < 0.5:
            data, actor = chance.choice(WISHES)
            suite.send(ticket, data, actor)
        else:
            person = chance.choice([ADA, BEN])
            purpose, actor = chance.choice(
                [(SlotPurpose.CLAIMED, person), (SlotPurpose.ASSIGNED, LEA), (SlotPurpose.ROUTED, ROUTER)]
            )
            explanation = WHY if purpose is SlotPurpose.ROUTED else None
            data = ReserveSlot(UUID(ticket), purpose, None, explanation)
            suite.send(person.id, data, actor)
        while suite.way and chance.random() < 0.7:
            suite.step()
    while suite.way:
        suite.step()
    held = {
        name: {
            ticket.reservation: ticket.id
            for ticket in suite.tickets.values()
            if ticket is not None and ticket.assignee_id == name and ticket.status in COUNTED
        }
        for name in suite.agents
    }
    assert {name: one.slots for name, one in suite.agents.items()} == held
