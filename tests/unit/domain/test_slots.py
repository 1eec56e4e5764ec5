"""Slots: limits that nobody passes but a lead, and holds that follow the ticket whatever the order of things."""

import random
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid5

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.intake.domain import agent, agent_react
from services.intake.domain.agent import Agent, AgentCommand, AgentEvent, reservation_of
from services.intake.domain.reaction import Reaction, Settled
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket  # noqa: TC001 - beside its siblings
from services.intake.domain.ticket_slots import COUNTED
from shared.events.agent import (
    AgentCommandData,
    AgentEventData,
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    HoldSlot,
    ReleaseReason,
    ReleaseSlot,
    ReserveSlot,
    SetAgentLimit,
    SetAgentStatus,
    SlotPurpose,
    SlotReleased,
    SlotReserved,
)
from shared.events.envelope import Actor, Command
from shared.events.routing_values import Explanation
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

OTHER = UUID("0189d3f4-0000-7000-8000-000000000002")
LIMIT = AgentLimitSet(1, active=True, directory_version=1)
HELD = SlotReserved(SLOT, OTHER, SlotPurpose.ROUTED, 1, 1)
WHY = Explanation(7, AT, 1, 3, 0)


def asked(data: AgentCommandData, actor: Actor = ROUTER, *, subject: str = "ada", number: int = 1) -> AgentCommand:
    command = UUID(int=0xA0 << 100 | number)
    return Command(command, subject, actor, AT, command, data)


def known(*facts: AgentEventData) -> Agent:
    state: Agent | None = None
    for number, fact in enumerate(facts):
        cause = asked(SetAgentStatus(AgentStatus.ONLINE), number=1000 + number)
        (event,) = recorded(cause, (fact,), number)
        state = agent.evolve(state, event)
    assert state is not None
    return state


def recorded(command: AgentCommand, facts: Sequence[AgentEventData], version: int) -> tuple[AgentEvent, ...]:
    return record(command, facts, version, 0)


def refusal(command: AgentCommand, state: Agent | None) -> str:
    with pytest.raises(Rejected) as refused:
        agent.decide(command, state)
    return refused.value.code


def reserve(purpose: SlotPurpose, ticket: UUID = TICKET) -> ReserveSlot:
    return ReserveSlot(ticket, purpose)


def test_a_free_slot_is_reserved_and_the_ticket_assigned() -> None:
    command = asked(replace(reserve(SlotPurpose.ROUTED), explanation=WHY, from_assignee="ben"))
    reservation = reservation_of(command.id)
    (fact,) = agent.decide(command, known(LIMIT))
    assert fact == SlotReserved(
        reservation, TICKET, SlotPurpose.ROUTED, 1, 1, from_assignee="ben", explanation=WHY
    )
    events = recorded(command, (fact,), 1)
    (reaction,) = agent_react.react(Settled(command, known(LIMIT), events, known(LIMIT, fact)))
    assert reaction.answers
    assert (reaction.stream, reaction.command.subject) == ("ticket", str(TICKET))
    assert reaction.command.data == AssignTicket(
        "ada", reservation=reservation, from_assignee="ben", explanation=WHY
    )


def test_a_claim_goes_on_as_its_own_with_the_askers_address_and_versions() -> None:
    command = replace(asked(reserve(SlotPurpose.CLAIMED), ADA), reply_to=3, trace="00-1-2-01")
    events = recorded(command, agent.decide(command, known(LIMIT)), 1)
    (reaction,) = agent_react.react(Settled(command, known(LIMIT), events, known(LIMIT)))
    assert reaction.command == Command(
        id=uuid5(command.id, "assign"),
        subject=str(TICKET),
        actor=ADA,
        now=AT,
        correlation_id=command.correlation_id,
        data=ClaimTicket(reservation_of(command.id)),
        cause_id=events[0].id,
        reply_to=3,
        trace="00-1-2-01",
    )


@pytest.mark.parametrize(
    ("purpose", "actor"),
    [(SlotPurpose.ROUTED, ROUTER), (SlotPurpose.CLAIMED, ADA), (SlotPurpose.ASSIGNED, BEN)],
)
def test_the_limit_holds_for_router_claims_and_agents(purpose: SlotPurpose, actor: Actor) -> None:
    assert refusal(asked(reserve(purpose), actor), known(LIMIT, HELD)) == "no_free_slot"


def test_a_limit_of_nothing_takes_nothing() -> None:
    none = known(AgentLimitSet(0, active=True, directory_version=1))
    assert refusal(asked(reserve(SlotPurpose.ROUTED)), none) == "no_free_slot"


def test_a_lead_may_pass_the_limit_and_the_ticket_says_so() -> None:
    command = asked(reserve(SlotPurpose.ASSIGNED), LEA)
    state = known(LIMIT, HELD)
    (fact,) = agent.decide(command, state)
    assert fact == SlotReserved(reservation_of(command.id), TICKET, SlotPurpose.ASSIGNED, 2, 1, over_limit=True)
    (reaction,) = agent_react.react(Settled(command, state, recorded(command, (fact,), 2), state))
    assert reaction.command.data == AssignTicket("ada", over_limit=True, reservation=reservation_of(command.id))


def test_a_ticket_that_is_held_already_takes_no_second_slot() -> None:
    command = asked(reserve(SlotPurpose.CLAIMED, OTHER), ADA)
    (fact,) = agent.decide(command, known(LIMIT, HELD))
    assert fact == SlotReserved(reservation_of(command.id), OTHER, SlotPurpose.CLAIMED, 1, 1)


def test_what_comes_back_is_held_past_the_limit() -> None:
    back = UUID(int=5)
    assert agent.decide(asked(HoldSlot(TICKET, back)), known(LIMIT, HELD)) == (
        SlotReserved(back, TICKET, SlotPurpose.RETURNED, 2, 1, over_limit=True),
    )
    assert agent.decide(asked(HoldSlot(OTHER, SLOT)), known(LIMIT, HELD)) == ()


def test_a_release_ends_its_own_reservation_only() -> None:
    state = known(LIMIT, HELD)
    release = ReleaseSlot(OTHER, SLOT, ReleaseReason.DECLINED)
    assert agent.decide(asked(release), state) == (SlotReleased(SLOT, OTHER, ReleaseReason.DECLINED, 0),)
    assert agent.decide(asked(replace(release, reservation=UUID(int=9))), state) == ()
    assert known(LIMIT, HELD, SlotReleased(SLOT, OTHER, ReleaseReason.LEFT, 0)).load == 0


def test_who_is_not_in_the_directory_or_has_left_takes_nothing() -> None:
    gone = known(LIMIT, AgentLimitSet(1, active=False, directory_version=2))
    assert refusal(asked(reserve(SlotPurpose.ROUTED)), None) == "unknown_agent"
    assert refusal(asked(reserve(SlotPurpose.ASSIGNED), LEA), gone) == "inactive_agent"
    assert refusal(asked(reserve(SlotPurpose.CLAIMED), BEN), known(LIMIT)) == "forbidden"


def test_the_directorys_newest_word_on_the_limit_counts() -> None:
    newer = SetAgentLimit(3, active=True, directory_version=2)
    assert agent.decide(asked(newer), None) == (AgentLimitSet(3, active=True, directory_version=2),)
    assert agent.decide(asked(newer), known(LIMIT)) == (AgentLimitSet(3, active=True, directory_version=2),)
    older = replace(newer, directory_version=1)
    assert agent.decide(asked(older), known(LIMIT)) == ()
    assert agent.decide(asked(SetAgentLimit(1, active=True, directory_version=2)), known(LIMIT)) == ()


def test_a_status_is_ones_own_or_a_leads_to_set() -> None:
    busy = SetAgentStatus(AgentStatus.BUSY)
    assert agent.decide(asked(busy, ADA), known(LIMIT)) == (AgentStatusSet(AgentStatus.BUSY),)
    assert agent.decide(asked(busy, LEA), known(LIMIT)) == (AgentStatusSet(AgentStatus.BUSY),)
    assert agent.decide(asked(busy, ADA), known(LIMIT, AgentStatusSet(AgentStatus.BUSY))) == ()
    assert refusal(asked(busy, BEN), known(LIMIT)) == "forbidden"


def test_a_repeated_claim_asks_the_ticket_again_and_brings_its_slot_only_while_it_is_held() -> None:
    command = asked(reserve(SlotPurpose.CLAIMED), ADA)
    (fact,) = agent.decide(command, known(LIMIT))
    (held,) = agent_react.react_again(command, known(LIMIT, fact))
    (released,) = agent_react.react_again(command, known(LIMIT))
    assert (held.command.data, released.command.data) == (
        ClaimTicket(reservation_of(command.id)),
        ClaimTicket(),
    )
    assert held.command.id == released.command.id == uuid5(command.id, "assign")


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
