"""A help desk at random around the router, which holds its decisions to what must always be so."""

import random
from collections import Counter
from uuid import UUID

from hypothesis import strategies as st

from services.router.domain.decisions import Decision, Queue, Reserve, Unassign
from services.router.domain.state import State
from services.router.domain.ticket import Ticket
from shared.events.agent import (
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    ReleaseReason,
    SlotPurpose,
    SlotReleased,
    SlotReserved,
)
from shared.events.directory_records import Category, RankBy, RequiredSkill, RoutingPolicy, Team
from shared.events.routing import (
    AgentRecorded,
    Presence,
    PresenceChanged,
    RecordForgotten,
    RoutingData,
    Side,
    TicketAnswered,
    TicketLeft,
    TicketMoved,
    TicketNoted,
    TicketPropertiesChanged,
    TicketRaised,
    TicketTaken,
)
from shared.events.ticket_values import Priority, Status, Tier
from tests.routing import SECOND, Log

AGENTS = ("ada", "ben", "cem", "lea")
TEAMS = ("support", "sales")
SKILLS = ("printer", "network", "mail")
TICKETS = tuple(UUID(int=(0x7 << 76) | number) for number in range(1, 41))


class Desk:
    """A help desk at random, whose agents and tickets answer the router's decisions as the intake would."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - chance of a test, repeatable
        self.log = Log()
        self.assignee: dict[UUID, str | None] = {}
        self.asked: list[Reserve | Unassign] = []
        self.note(self.log.say("teams/support", Team("Support", ("lea",), "sales")))
        self.note(self.log.say("categories/printer", self._category()))
        for name in AGENTS:
            self.note(self.log.agent(name, team=self.chance.choice(TEAMS), skills=self._skills(), max_load=2))

    def _category(self) -> Category:
        skill = self.chance.choice(SKILLS)
        return Category("support", (RequiredSkill("printer", optional=True), RequiredSkill(skill)))

    def _skills(self) -> dict[str, int]:
        return {
            skill: self.chance.randint(1, 5) for skill in self.chance.sample(SKILLS, self.chance.randint(0, 3))
        }

    def note(self, decided: list[Decision]) -> None:
        """After every request: no limit passed, one slot asked a ticket, nobody waits for who could take it."""
        state = self.log.routing.state
        reserved = [one for one in decided if isinstance(one, Reserve)]
        self.asked += [one for one in decided if not isinstance(one, Queue)]
        for wish in reserved:
            assert len(self.carried(wish.agent_id)) <= state.roster.agents[wish.agent_id].max_load
            assert self.assignee.get(wish.ticket_id) == wish.from_assignee
            assert wish.agent_id != wish.from_assignee
        pending = Counter(ticket for agent in state.roster.agents.values() for ticket in agent.pending)
        assert pending == Counter(one.id for one in state.tickets.values() if one.reserving is not None)
        for ticket in state.tickets.values():
            if ticket.waits:
                assert takers(state, ticket) == []

    def carried(self, name: str) -> set[UUID]:
        """Tickets whose slots the log holds, and those for which the router has asked."""
        slots: dict[UUID, UUID] = {}
        for one in self.log.recorded:
            data = one.request.data
            if isinstance(data, SlotReserved) and one.request.subject == name:
                slots[data.reservation] = data.ticket_id
            if isinstance(data, SlotReleased) and one.request.subject == name:
                del slots[data.reservation]
        tickets = self.log.routing.state.tickets.values()
        return {*slots.values(), *(one.id for one in tickets if one.reserving and one.reserving.agent_id == name)}

    def step(self) -> None:
        self.chance.choice(
            [self.answer, self.answer, self._open, self._agent, self._directory, self._ticket, self._wait]
        )()

    def answer(self) -> None:
        """The next of what was asked for is done if it can be, or never answered."""
        if not self.asked:
            return
        wish = self.asked.pop(0)
        ticket, name = wish.ticket_id, wish.agent_id
        if self.chance.random() < 0.1:
            return
        if isinstance(wish, Unassign):
            if self.assignee.get(ticket) == name:
                self._tell(ticket, TicketLeft())
            return
        if self.assignee.get(ticket) not in (wish.from_assignee, name):
            self.note(self.log.held(ticket, name, wish.explanation))
            self.note(self.log.released(ticket, name, ReleaseReason.DECLINED))
            return
        before, self.assignee[ticket] = self.assignee[ticket], name
        taken = TicketTaken(name, routed=True)
        if self.chance.random() < 0.5:
            self.note(self.log.held(ticket, name, wish.explanation))
            self.note(self.log.say(ticket, taken))
        else:
            self.note(self.log.say(ticket, taken))
            self.note(self.log.held(ticket, name, wish.explanation))
        if before not in (None, name):
            self._release(ticket, before)

    def _open(self) -> None:
        ticket = self.chance.choice(TICKETS)
        if ticket not in self.assignee:
            team = self.chance.choice([None, *TEAMS])
            category = self.chance.choice([None, "printer"])
            tags = tuple(self.chance.sample(SKILLS, self.chance.randint(0, 1)))
            self.assignee[ticket] = None
            priority = self.chance.choice(list(Priority))
            self.note(self.log.ticket(ticket, priority, team=team, category=category, tags=tags))

    def _agent(self) -> None:
        name = self.chance.choice(AGENTS)
        statuses = [*AgentStatus, AgentStatus.ONLINE, AgentStatus.ONLINE]
        self.note(self.log.say(name, AgentStatusSet(self.chance.choice(statuses))))
        presence = self.chance.choice([Presence.PRESENT, Presence.PRESENT, Presence.ABSENT])
        self.note(self.log.say(f"presence/{name}", PresenceChanged(presence, self.log.now)))

    def _directory(self) -> None:
        name = self.chance.choice(AGENTS)
        limit = AgentLimitSet(self.chance.randint(0, 3), active=self.chance.random() < 0.9, directory_version=1)
        self.note(self.log.say(name, limit))
        record = AgentRecorded(self.chance.choice(TEAMS), self.chance.choice(list(Tier)), self._skills())
        self.note(self.log.say(f"agents/{name}", record if self.chance.random() < 0.9 else RecordForgotten()))
        rare: list[tuple[str, RoutingData]] = [
            ("categories/printer", self._category()),
            ("categories/printer", RecordForgotten()),
            ("teams/support", Team("Support", self.chance.choice([("lea",), ()]), "sales")),
            ("teams/sales", Team("Sales", ("cem",), "support")),
            ("policies/routing", RoutingPolicy((self.chance.choice(list(RankBy)),), {"ada": 2})),
            ("policies/routing", RecordForgotten()),
        ]
        if self.chance.random() < 0.3:
            self.note(self.log.say(*self.chance.choice(rare)))

    def _ticket(self) -> None:
        known = self.log.routing.state.tickets
        if not known:
            return
        ticket = self.chance.choice(sorted(known))
        steps: list[RoutingData] = [
            TicketPropertiesChanged(priority=self.chance.choice(list(Priority))),
            TicketAnswered(self.chance.choice(list(Side))),
            TicketNoted(),
            TicketLeft(),
            TicketRaised(self.chance.choice(list(Tier))),
            TicketTaken(self.chance.choice(AGENTS)),
            TicketMoved(self.chance.choice([Status.OPEN, Status.PENDING_CUSTOMER, Status.RESOLVED])),
            TicketMoved(Status.CLOSED),
        ]
        self._tell(ticket, self.chance.choice(steps))

    def _tell(self, ticket: UUID, data: RoutingData) -> None:
        """A ticket's slot goes and comes with it; a hand passes limits."""
        name = self.assignee.get(ticket)
        if isinstance(data, TicketLeft):
            self.assignee[ticket] = None
        if isinstance(data, TicketTaken):
            self.assignee[ticket] = data.agent_id
            slot = SlotReserved(UUID(int=len(self.log.recorded)), ticket, SlotPurpose.ASSIGNED, 1, 1)
            self.note(self.log.say(data.agent_id, slot))
        self.note(self.log.say(ticket, data))
        keeps = isinstance(data, TicketMoved) and data.status is Status.OPEN
        if name is not None and isinstance(data, TicketLeft | TicketTaken | TicketMoved) and not keeps:
            self._release(ticket, name)

    def _release(self, ticket: UUID, name: str) -> None:
        agent = self.log.routing.state.roster.agents[name]
        mine = [reservation for reservation, held in agent.slots.items() if held == ticket]
        for reservation in mine[:1]:
            self.note(self.log.say(name, SlotReleased(reservation, ticket, ReleaseReason.LEFT, 0)))

    def _wait(self) -> None:
        self.note(self.log.wait(self.chance.choice([SECOND, 5 * SECOND, 60 * SECOND, 400 * SECOND])))


def takers(state: State, ticket: Ticket) -> list[str]:
    """By looking at every agent, as sets, lines and timers do not."""
    need, _ = state.need(ticket)
    there = [
        agent
        for agent in state.roster.agents.values()
        if agent.record is not None
        and agent.active
        and agent.status is AgentStatus.ONLINE
        and agent.presence is Presence.PRESENT
        and len({*agent.slots.values(), *agent.pending}) < agent.max_load
    ]
    leads = {lead for team in state.teams.values() for lead in team.leads}
    order = list(Tier)
    fit = [
        agent.id
        for agent in there
        if agent.record is not None
        and (agent.id in leads or need.tier is None or order.index(agent.record.tier) >= order.index(need.tier))
        and need.team_id in (None, agent.record.team_id)
        and set(need.required) <= set(agent.record.skills)
    ]
    chain = leads if need.team_id in (None, "support") else set(_sales_leads(state))
    return fit + [agent.id for agent in there if need.to_leads and agent.id in chain]


def _sales_leads(state: State) -> tuple[str, ...]:
    """Of sales; its fallback is support, which falls back to sales."""
    sales = state.teams.get("sales")
    support = state.teams.get("support", Team(""))
    return () if sales is None else sales.leads + support.leads


SEEDS = st.integers(0, 2**32)
LENGTHS = st.integers(1, 80)
