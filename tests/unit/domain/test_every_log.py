"""Properties of every log that any commands can make, whoever sends them, in whatever order."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.intake.domain.decide import DECIDERS, POLICY_DECIDERS
from services.intake.domain.evolve import TicketEvent, evolve
from services.intake.domain.guards import MAY_SEND, TRANSITIONS
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from shared.events.envelope import Actor, Command
from shared.events.ticket_commands import (
    TICKET_COMMANDS,
    AddNote,
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    BreachSla,
    ChangeTicket,
    ClaimTicket,
    CloseTicket,
    EscalateTicket,
    MarkAgentSilent,
    MarkSlaAtRisk,
    OpenTicket,
    RateTicket,
    RecordSurveySent,
    RedactMessage,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    ResumeTicket,
    RevokeSlaBreach,
    ScheduleSurvey,
    TargetSla,
    TicketCommandData,
    UnassignTicket,
)
from shared.events.ticket_events import AgentReplied, TicketClosed
from shared.events.ticket_import import ImportTicket
from shared.events.ticket_promises import (
    EscalationActionRequested,
    SlaBreached,
    SlaBreachRevoked,
    SlaTargeted,
    TicketEscalated,
)
from shared.events.ticket_values import (
    ActionRequest,
    Channel,
    Clock,
    ClockTarget,
    CloseReason,
    OutwardAction,
    Priority,
    SlaInputs,
    Status,
    Tier,
)
from tests.deciding import ADA, AT, BEN, LEA, OPEN, RITA, RUDI, SAID, SLA, SLOT, when, wish

REPEATABLE = (ReplyToRequester, ReplyAsRequester, AddNote)
"""Said twice is said twice; any other command, once accepted, has nothing more to do."""

COMMANDS: st.SearchStrategy[TicketCommandData] = st.one_of(
    st.sampled_from(
        [
            ClaimTicket(SLOT),
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
    st.builds(AssignTicket, st.sampled_from(["ada", "ben"]), reservation=st.just(SLOT)),
    st.builds(CloseTicket, st.sampled_from(CloseReason)),
    st.builds(ChangeTicket, priority=st.sampled_from(Priority), add_tags=st.tuples(st.sampled_from("abc"))),
    st.builds(RedactMessage, st.integers(1, 8), st.just("private")),
    st.builds(
        EscalateTicket,
        st.sampled_from("pqrst"),
        st.just("r"),
        st.just(1),
        st.sampled_from([None, Tier.SENIOR]),
        raise_priority=st.booleans(),
        requests=st.sampled_from([(), (ActionRequest(OutwardAction.PAGE, "page"),)]),
    ),
    st.builds(RateTicket, st.integers(1, 3), st.integers(1, 5)),
    st.builds(ScheduleSurvey, st.integers(1, 3), st.just(AT)),
    st.builds(RecordSurveySent, st.integers(1, 3)),
)
CLOCKS = st.lists(st.sampled_from(Clock), unique=True, max_size=3)
FIRES = st.sampled_from([MarkSlaAtRisk, BreachSla])
INPUTS = SlaInputs(Priority.P3, Channel.WEB)
STEPS: dict[Status, list[tuple[Actor, TicketCommandData]]] = {
    Status.NEW: [(LEA, AssignTicket("ben", reservation=SLOT)), (ADA, ClaimTicket(SLOT))],
    Status.OPEN: [(ADA, AwaitCustomer()), (ADA, AwaitInternal()), (ADA, ResolveTicket())],
    Status.PENDING_CUSTOMER: [(ADA, ResumeTicket()), (ADA, AwaitInternal()), (ADA, ResolveTicket())],
    Status.PENDING_INTERNAL: [(ADA, ResumeTicket()), (ADA, AwaitCustomer()), (ADA, ResolveTicket())],
    Status.RESOLVED: [
        (RITA, ReopenTicket()),
        (ADA, ReopenTicket()),
        (RITA, ReplyAsRequester(SAID)),
        (SLA, ScheduleSurvey(1, AT)),
        (SLA, RecordSurveySent(1)),
        (RITA, RateTicket(1, 5)),
        (RITA, RateTicket(2, 1)),
        (RITA, CloseTicket(CloseReason.CONFIRMED)),
    ],
    Status.CLOSED: [
        (RITA, ReplyAsRequester(SAID)),
        (LEA, AssignTicket("ben", reservation=SLOT)),
        (ADA, ResumeTicket()),
    ],
}
"""What would move a ticket on, each by someone who may, so that long lives are reached as well as refusals."""
ACTORS = st.sampled_from([ADA, BEN, LEA, RITA, RUDI, SLA])


_ESCALATIONS = (TicketEscalated, EscalationActionRequested)


def _is_of(breach: SlaBreached, target: ClockTarget) -> bool:
    return (breach.clock, breach.instance) == (target.clock, target.instance)


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
        self._send(data, actor, self.now)

    @rule(choices=st.lists(st.integers(0, 23), min_size=1, max_size=5), hours=st.integers(0, 1))
    def moved_on(self, choices: list[int], hours: int) -> None:
        for choice in choices:
            self.now += timedelta(hours=hours)
            steps = STEPS[self._known.status]
            actor, data = steps[choice % len(steps)]
            self._send(data, actor, self.now)

    @rule(data=st.sampled_from([ReplyToRequester(SAID), ReplyAsRequester(SAID)]), late=st.integers(0, 30))
    def came_to_light_late(self, data: TicketCommandData, late: int) -> None:
        actor = ADA if isinstance(data, ReplyToRequester) else RITA
        self._send(data, actor, max(AT, self.now - timedelta(hours=late)))

    @rule(clocks=CLOCKS, instance=st.integers(1, 2), hours=st.integers(1, 30), stale=st.integers(0, 1))
    def targeted(self, clocks: list[Clock], instance: int, hours: int, stale: int) -> None:
        due = self.now + timedelta(hours=hours)
        targets = tuple(ClockTarget(clock, instance, self.now, due, self.now) for clock in clocks)
        self._send(self._target(targets, stale), SLA, self.now)

    @precondition(lambda self: self._known.clocks)
    @rule(stopped=st.booleans(), stale=st.integers(0, 1))
    def targeted_again(self, stopped: bool, stale: int) -> None:  # noqa: FBT001 - drawn
        """As the service does: the clocks that there are, stopped or not."""
        at = self.now if stopped else None
        targets = tuple(replace(state.target, stopped_at=at) for state in self._known.clocks)
        self._send(self._target(targets, stale), SLA, self.now)

    def _target(self, targets: tuple[ClockTarget, ...], stale: int) -> TargetSla:
        return TargetSla("standard", 1, None, self._known.sla_basis - stale, INPUTS, targets)

    @precondition(lambda self: self._known.clocks)
    @rule(fire=FIRES, which=st.integers(0, 2), revoke=st.booleans())
    def fired(self, fire: type[MarkSlaAtRisk | BreachSla], which: int, revoke: bool) -> None:  # noqa: FBT001 - drawn
        target = self._known.clocks[which % len(self._known.clocks)].target
        assert target.due_at is not None
        self._send(fire(target.clock, target.instance, target.due_at), SLA, self.now)
        if revoke:
            self._send(RevokeSlaBreach(target.clock, target.instance, target.due_at), SLA, self.now)

    @rule(minutes=st.sampled_from([30, 60]), hours=st.integers(0, 2))
    def silent(self, minutes: int, hours: int) -> None:
        since = self._known.awaiting_since or AT
        self.now += timedelta(hours=hours)
        self._send(MarkAgentSilent(since, minutes), SLA, self.now)

    @property
    def _known(self) -> Ticket:
        assert self.ticket is not None
        return self.ticket

    def _send(self, data: TicketCommandData, actor: Actor, occurred_at: datetime) -> None:
        self.sent += 1
        command = wish(data, actor=actor, at=self.now, number=self.sent, occurred_at=occurred_at)
        try:
            events = when(self.ticket, command)
        except Rejected:
            return
        assert when(self.ticket, command) == events, "the same command on the same ticket"
        self._take(events)
        if not isinstance(data, REPEATABLE):
            self._again(replace(command, id=UUID(int=self.sent)))

    def _again(self, command: Command[TicketCommandData]) -> None:
        """Another wish for the same, right after it was granted."""
        try:
            events = when(self.ticket, command)
        except Rejected:
            return
        assert events == (), "it was so already"

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
        keys = [(event.data.key, event.command_id) for event in self.log if isinstance(event.data, _ESCALATIONS)]
        assert len({key for key, _ in keys}) == len(set(keys)), "a key escalates once"

    @invariant()
    def a_breach_keeps_its_due_time(self) -> None:
        for state in self._known.clocks:
            if state.breached:
                breaches = [
                    event.data.due_at
                    for event in self.log
                    if isinstance(event.data, SlaBreached) and _is_of(event.data, state.target)
                ]
                assert breaches[-1] == state.target.due_at

    @invariant()
    def a_breach_is_due_and_is_revoked_at_most_once(self) -> None:
        running: set[tuple[Clock, int]] = set()
        for event in self.log:
            match event.data:
                case SlaTargeted(clocks=clocks):
                    running &= {(target.clock, target.instance) for target in clocks}
                case SlaBreached(clock=clock, instance=instance, due_at=due):
                    assert event.recorded_at >= due
                    assert (clock, instance) not in running, "breached twice"
                    running.add((clock, instance))
                case SlaBreachRevoked(clock=clock, instance=instance, due_at=due, met_at=met):
                    assert met <= due
                    running.remove((clock, instance))
                case _:
                    pass

    @invariant()
    def time_is_the_logs(self) -> None:
        assert all(event.occurred_at <= event.recorded_at for event in self.log)
        assert all(one.recorded_at <= other.recorded_at for one, other in pairwise(self.log))

    @invariant()
    def closed_stays_closed(self) -> None:
        closed = [number for number, (status, _) in enumerate(self.statuses) if status is Status.CLOSED]
        assert not closed or len(self.statuses) - closed[0] == len(closed)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_every_command_has_a_decider_and_a_sender() -> None:
    types = set(TICKET_COMMANDS.types.values())
    assert {*DECIDERS, *POLICY_DECIDERS, OpenTicket, ImportTicket} == types
    assert set(MAY_SEND) == types
