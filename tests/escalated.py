"""Tickets through the real deciders, with the rules that their events set off, decided when they come."""

import random
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.escalation.domain.escalate import command_of, escalations
from services.escalation.domain.happening import facts_of, happening_of
from services.escalation.domain.replay import Recorded
from services.escalation.domain.rule import Rule
from services.escalation.rulebook import by_trigger
from services.intake.domain.decide import decide
from services.intake.domain.evolve import CONVERSATION, TicketEvent, evolve
from services.intake.domain.policy import Policy
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from shared.events.envelope import Actor, ActorKind, Command
from shared.events.identity import derived_id
from shared.events.personal import Plain
from shared.events.presets import RULES
from shared.events.ticket_commands import (
    AssignTicket,
    BreachSla,
    ChangeTicket,
    CloseTicket,
    EscalateTicket,
    MarkAgentSilent,
    MarkSlaAtRisk,
    OpenTicket,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    TargetSla,
    TicketCommandData,
)
from shared.events.ticket_values import (
    Channel,
    Clock,
    ClockTarget,
    CloseReason,
    Message,
    Priority,
    Requester,
    Sentiment,
    SlaInputs,
    Status,
)
from tests.escalating import AT, Folk

PRESET = tuple(Rule(rule_id, 0, rule) for rule_id, rule in RULES.items())
RITA = Actor(ActorKind.REQUESTER, "rita")
LEA = Actor(ActorKind.LEAD, "lea")
SLA = Actor(ActorKind.SERVICE, "sla")
_MINUTE = timedelta(minutes=1)
_SAID = Message(Plain("It burns."))


class Case:
    """One ticket: `say` decides a command, `follow` those of the rules that were sent, the first first."""

    def __init__(self, ticket_id: UUID, rules: Iterable[Rule] = PRESET, score: float = -0.7) -> None:
        self.id = ticket_id
        self.now = AT
        self.rules = by_trigger(rules)
        self.sentiment = Sentiment(score, "vader", "3.3.2")
        self.events: list[TicketEvent] = []
        self.sent: deque[Command[EscalateTicket]] = deque()
        self.refused: list[str] = []
        self.ticket: Ticket | None = None
        self._said = 0

    @property
    def known(self) -> Ticket:
        assert self.ticket is not None
        return self.ticket

    def say(self, data: TicketCommandData, actor: Actor = SLA) -> None:
        self._said += 1
        command_id = derived_id(self.id, str(self._said))
        self._decide(Command(command_id, str(self.id), actor, self.now, command_id, data))

    def follow(self, most: int = 100) -> None:
        for _ in range(most):
            if not self.sent:
                return
            self._decide(replace(self.sent.popleft(), now=self.now))

    def _decide(self, command: Command[TicketCommandData]) -> None:
        self.now += _MINUTE
        command = replace(command, now=self.now)
        try:
            decided = decide(command, self.ticket, Policy(), "CF-13")
            before = (0, 0) if self.ticket is None else (self.known.version, self.known.conversation_version)
            events: tuple[TicketEvent, ...] = record(command, decided, *before, CONVERSATION)
        except Rejected as refusal:
            self.refused.append(refusal.code)
            return
        for event in events:
            self.ticket = evolve(self.ticket, event)
            self.events.append(event)
            happening = happening_of(event, self.sentiment)
            if happening is not None:
                wishes = escalations(happening, self.rules[happening.trigger], Folk())
                self.sent.extend(command_of(wish, event) for wish in wishes)

    def open(self, priority: Priority = Priority.P3, team: str | None = "support") -> None:
        self.say(
            OpenTicket(Plain("Fire"), _SAID.body, Requester("rita"), Channel.WEB, priority, team_id=team), RITA
        )

    def target(self, *clocks: Clock, instance: int = 1) -> None:
        """Each starts now, is at risk in a minute and due in two."""
        begun = self.now
        targets = tuple(ClockTarget(one, instance, begun, begun + 2 * _MINUTE, begun + _MINUTE) for one in clocks)
        inputs = SlaInputs(self.known.priority, Channel.WEB)
        self.say(TargetSla("standard", 0, None, self.known.sla_basis, inputs, targets))

    def risk(self, clock: Clock) -> None:
        self._fire(MarkSlaAtRisk, clock)

    def breach(self, clock: Clock) -> None:
        self._fire(BreachSla, clock)

    def _fire(self, fire: type[MarkSlaAtRisk | BreachSla], clock: Clock) -> None:
        state = self.known.clock(clock)
        if state is not None and state.target.due_at is not None:
            self.now = max(self.now, state.target.due_at)
            self.say(fire(clock, state.target.instance, state.target.due_at))

    def recorded(self, since: datetime = AT) -> list[Recorded]:
        return [Recorded(event, facts_of(event.data)) for event in self.events if event.recorded_at >= since]


def lived(number: int, rules: Sequence[Rule] = PRESET, steps: int = 25) -> Case:
    """A life at random; the rules' commands are decided now or later, in their order.

    All are before it closes, but for those of what breaks with its end.
    """
    chance = random.Random(number)  # noqa: S311 - chance of a test, repeatable
    case = Case(UUID(int=(0x7 << 76) | number), rules, score=chance.uniform(-1, 1))
    case.open(chance.choice(list(Priority)), chance.choice(["support", "sales", None]))
    for instance in range(1, steps):
        _step(case, chance, instance)
        case.follow(chance.choice([0, 0, 1, 2, 100]))
    case.follow()
    if chance.random() < 0.3:
        case.say(CloseTicket(CloseReason.SPAM), LEA)
        case.follow()
    return case


def _step(case: Case, chance: random.Random, instance: int) -> None:
    clock = chance.choice(list(Clock))
    match chance.randrange(10):
        case 0:
            case.target(*Clock, instance=instance)
        case 1 | 2:
            case.breach(clock)
        case 3:
            case.risk(clock)
        case 4:
            case.say(ReplyAsRequester(_SAID), RITA)
        case 5:
            case.say(ReplyToRequester(_SAID), LEA)
        case 6:
            case.say(ChangeTicket(priority=chance.choice(list(Priority))), LEA)
        case 7:
            case.say(ResolveTicket() if case.known.status is not Status.RESOLVED else ReopenTicket(), LEA)
        case 8 if case.known.awaiting_since is not None:
            case.now += timedelta(minutes=40)
            case.say(MarkAgentSilent(case.known.awaiting_since, 30))
        case _:
            case.say(AssignTicket(chance.choice(["ada", "ben"]), reservation=case.id), LEA)
