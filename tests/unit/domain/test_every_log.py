"""Properties of every log that any commands can make, whoever sends them, in whatever order."""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.domain.decide import DECIDERS, POLICY_DECIDERS
from services.intake.domain.evolve import TicketEvent, evolve
from services.intake.domain.guards import MAY_SEND, TRANSITIONS
from services.intake.domain.rejected import Rejected
from shared.events.envelope import Actor
from shared.events.ticket_commands import (
    TICKET_COMMANDS,
    AddNote,
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    ChangeTicket,
    ClaimTicket,
    CloseTicket,
    EscalateTicket,
    ImportTicket,
    OpenTicket,
    RateTicket,
    RedactMessage,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    ResumeTicket,
    TicketCommandData,
    UnassignTicket,
)
from shared.events.ticket_events import AgentReplied, TicketClosed
from shared.events.ticket_promises import TicketEscalated
from shared.events.ticket_values import CloseReason, Priority, Status
from tests.deciding import ADA, AT, BEN, LEA, OPEN, RITA, RUDI, SAID, SLA, when, wish

if TYPE_CHECKING:
    from services.intake.domain.ticket import Ticket

COMMANDS: st.SearchStrategy[TicketCommandData] = st.one_of(
    st.sampled_from(
        [
            ClaimTicket(),
            UnassignTicket(),
            ReplyToRequester(SAID),
            ReplyAsRequester(SAID),
            AddNote(SAID),
            AwaitCustomer(),
            AwaitInternal(),
            ResumeTicket(),
            ResolveTicket(),
            ResolveTicket(UUID(int=7)),
            ReopenTicket(),
        ]
    ),
    st.builds(AssignTicket, st.sampled_from(["ada", "ben"])),
    st.builds(CloseTicket, st.sampled_from(CloseReason)),
    st.builds(ChangeTicket, priority=st.sampled_from(Priority), add_tags=st.tuples(st.sampled_from("abc"))),
    st.builds(RedactMessage, st.integers(1, 8), st.just("private")),
    st.builds(EscalateTicket, st.sampled_from("pqrst"), st.just("r"), st.just(1), raise_priority=st.booleans()),
    st.builds(RateTicket, st.integers(1, 3), st.integers(1, 5)),
)
ACTORS = st.sampled_from([ADA, BEN, LEA, RITA, RUDI, SLA])


class Life(RuleBasedStateMachine):
    """One ticket, commanded by anyone at rising times."""

    def __init__(self) -> None:
        super().__init__()
        self.ticket: Ticket | None = None
        self.log: list[TicketEvent] = []
        self.statuses: list[tuple[Status, TicketEvent]] = []
        self.now = AT
        self.sent = 0

    @initialize()
    def opened(self) -> None:
        self._take(when(None, wish(OPEN, actor=RITA, at=AT)))

    @rule(data=COMMANDS, actor=ACTORS, hours=st.sampled_from([0, 1, 24, 80]))
    def commanded(self, data: TicketCommandData, actor: Actor, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.sent += 1
        command = wish(data, actor=actor, at=self.now, number=self.sent)
        try:
            events = when(self.ticket, command)
        except Rejected:
            return
        assert when(self.ticket, command) == events, "the same command on the same ticket"
        self._take(events)

    def _take(self, events: tuple[TicketEvent, ...]) -> None:
        for event in events:
            self.ticket = evolve(self.ticket, event)
            self.log.append(event)
            self.statuses.append((self.ticket.status, event))

    @invariant()
    def versions_have_no_gap(self) -> None:
        assert [event.version for event in self.log] == list(range(1, len(self.log) + 1))
        conversation = [event.conversation_version for event in self.log]
        assert all(later - earlier in (0, 1) for earlier, later in pairwise(conversation))

    @invariant()
    def no_unlisted_transition(self) -> None:
        for (earlier, _), (later, event) in pairwise(self.statuses):
            if earlier is later:
                continue
            by_reason = isinstance(event.data, TicketClosed) and event.data.reason in (
                CloseReason.SPAM,
                CloseReason.MERGED,
            )
            assert later in TRANSITIONS[earlier] or by_reason

    @invariant()
    def promises_are_kept(self) -> None:
        assert sum(isinstance(e.data, AgentReplied) and e.data.first_response for e in self.log) <= 1
        levels = [event.data.level for event in self.log if isinstance(event.data, TicketEscalated)]
        assert levels == list(range(1, len(levels) + 1))
        assert len(levels) <= 3

    @invariant()
    def closed_stays_closed(self) -> None:
        closed = [number for number, (status, _) in enumerate(self.statuses) if status is Status.CLOSED]
        assert not closed or len(self.statuses) - closed[0] == len(closed)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_every_command_has_a_decider_and_a_sender() -> None:
    types = set(TICKET_COMMANDS.types.values())
    assert {*DECIDERS, *POLICY_DECIDERS, OpenTicket, ImportTicket} == types
    assert set(MAY_SEND) == types
