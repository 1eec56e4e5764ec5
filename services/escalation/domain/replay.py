"""A ticket's recorded events through other rules: what would have been done beside what was."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from services.escalation.domain.escalate import DEPTH, ESCALATION
from shared.events.envelope import Command, Event
from shared.events.identity import derived_id
from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_commands import EscalateTicket
from shared.events.ticket_events import TicketClosed, TicketEventData
from shared.events.ticket_promises import EscalationActionRequested, TicketEscalated
from shared.events.ticket_values import OutwardAction, Priority, TicketFacts, Tier

Commands = Callable[[TicketFacts, Event[TicketEventData]], Sequence[Command[EscalateTicket]]]
"""What the rules make of an event, were the ticket as these facts say."""

_RAISED = {Priority.P3: Priority.P2, Priority.P2: Priority.P1}


@dataclass(frozen=True, slots=True)
class Fired:
    """What a rule did to a ticket at an event of that time; `raised` is the priority that it led to."""

    ticket: str
    at: datetime = field(compare=False)
    rule_id: str
    key: str
    tier: Tier | None
    raised: Priority | None
    actions: tuple[OutwardAction, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event, and the facts that it was recorded with, if it may set off a rule."""

    event: Event[TicketEventData]
    facts: TicketFacts | None


@dataclass(frozen=True, slots=True)
class Difference:
    """None: it did nothing."""

    recorded: Fired | None
    changed: Fired | None


class Replay:
    """Of one ticket. The writer of its log is followed exactly: order, keys, depth and the steps of its priority.

    What a command that is on record did takes effect where it stands there; one that is not, as soon as those
    before it have. What else would have come of it (due times, assignees, people's answers) is as on record.
    """

    def __init__(self, recorded: Sequence[Recorded], commands: Commands) -> None:
        self._recorded = recorded
        self._commands = commands
        self._at = {one.event.id: one.event for one in recorded}
        self._on_record = {one.event.command_id for one in recorded if _is_escalation(one.event)}
        self._from_before = {
            one.event.command_id
            for one in recorded
            if _is_escalation(one.event) and one.event.cause_id not in self._at
        }
        self._queue: deque[tuple[Command[EscalateTicket], TicketFacts]] = deque()
        self._keys: set[str] = set()
        self._level: int | None = None
        self._priority: Priority | None = None
        self._closed = False
        self.fired: dict[UUID, Fired] = {}
        self.would: dict[UUID, Fired] = {}
        self._run()

    def differences(self) -> Iterator[Difference]:
        for command_id in {**self.fired, **self.would}:
            fired, would = self.fired.get(command_id), self.would.get(command_id)
            if fired != would:
                yield Difference(fired, would)

    def _run(self) -> None:
        for command_id, told in groupby(self._recorded, key=lambda one: one.event.command_id):
            group = list(told)
            if command_id in self._on_record:
                self._escalated(command_id, group)
            else:
                for one in group:
                    self._happened(one)
            self._decide_what_is_next()

    def _happened(self, one: Recorded) -> None:
        match one.event.data:
            case PriorityChanged(priority=priority):
                self._priority = priority
            case TicketClosed():
                self._closed = True
            case _ if one.facts is not None:
                facts = self._as_it_would_be(one.facts)
                self._queue.extend((command, facts) for command in self._commands(facts, one.event))
            case _:
                pass

    def _as_it_would_be(self, facts: TicketFacts) -> TicketFacts:
        self._level = facts.escalation_level if self._level is None else self._level
        self._priority = self._priority or facts.priority
        return replace(facts, priority=self._priority, escalation_level=self._level)

    def _escalated(self, command_id: UUID, group: Sequence[Recorded]) -> None:
        """What was set off before the record begins is not compared: it holds on both sides."""
        if command_id in self._from_before:
            self._from_before.remove(command_id)
            self._take_over(group)
            return
        self.fired[command_id] = _fired(group, self._set_off_at(group[0].event))
        while any(command.id == command_id for command, _ in self._queue):
            command, facts = self._queue.popleft()
            self._decide(command, group[0].facts or facts if command.id == command_id else facts)

    def _set_off_at(self, event: Event[TicketEventData]) -> datetime:
        cause = None if event.cause_id is None else self._at.get(event.cause_id)
        return event.recorded_at if cause is None else cause.recorded_at

    def _take_over(self, group: Sequence[Recorded]) -> None:
        for one in group:
            match one.event.data:
                case TicketEscalated(key=key, level=level) if one.facts is not None:
                    facts = self._as_it_would_be(one.facts)
                    self._keys.add(key)
                    self._level = level
                    self._queue.extend((command, facts) for command in self._commands(facts, one.event))
                case PriorityChanged(priority=priority):
                    self._priority = priority
                case EscalationActionRequested(key=key):
                    self._keys.add(key)
                case _:
                    pass

    def _decide_what_is_next(self) -> None:
        """Up to the first whose place on record is still to come; what was set off before all is before all."""
        while not self._from_before and self._queue and self._queue[0][0].id not in self._on_record:
            self._decide(*self._queue.popleft())

    def _decide(self, command: Command[EscalateTicket], before: TicketFacts) -> None:
        """As the ticket's own decider does."""
        wish = command.data
        facts = self._as_it_would_be(before)
        wanted = wish.raise_priority or wish.target_tier is not None
        changes = wanted and facts.escalation_level < DEPTH and not self._closed
        if wish.key in self._keys or not (changes or wish.requests):
            return
        self._keys.add(wish.key)
        raised = _RAISED.get(facts.priority) if changes and wish.raise_priority else None
        actions = tuple(request.action for request in wish.requests)
        self.would[command.id] = Fired(
            ticket=command.subject,
            at=command.now,
            rule_id=wish.rule_id,
            key=wish.key,
            tier=wish.target_tier if changes else None,
            raised=raised,
            actions=actions,
        )
        if changes:
            self._level, self._priority = facts.escalation_level + 1, raised or facts.priority
            event = _event_of(command, facts)
            self._queue.extend((follow, facts) for follow in self._commands(facts, event))


def _is_escalation(event: Event[TicketEventData]) -> bool:
    return isinstance(event.data, TicketEscalated | EscalationActionRequested)


def _fired(group: Sequence[Recorded], at: datetime) -> Fired:
    found = [one.event.data for one in group]
    said = next(one for one in found if isinstance(one, TicketEscalated | EscalationActionRequested))
    return Fired(
        ticket=group[0].event.subject,
        at=at,
        rule_id=said.rule_id,
        key=said.key,
        tier=said.target_tier if isinstance(said, TicketEscalated) else None,
        raised=next((one.priority for one in found if isinstance(one, PriorityChanged)), None),
        actions=tuple(one.request.action for one in found if isinstance(one, EscalationActionRequested)),
    )


def _event_of(command: Command[EscalateTicket], facts: TicketFacts) -> Event[TicketEventData]:
    """That of the escalation, under the id that the ticket's writer gives it."""
    wish = command.data
    level = facts.escalation_level
    escalated = TicketEscalated(
        key=wish.key,
        rule_id=wish.rule_id,
        rule_version=wish.rule_version,
        level=level + 1,
        previous_level=level,
        target_tier=wish.target_tier,
        clock=wish.clock,
        instance=wish.instance,
        sentiment=wish.sentiment,
        facts=facts,
    )
    return Event(
        id=derived_id(command.id, "0"),
        subject=command.subject,
        version=0,
        conversation_version=0,
        occurred_at=command.now,
        recorded_at=command.now,
        actor=ESCALATION,
        command_id=command.id,
        correlation_id=command.correlation_id,
        data=escalated,
        cause_id=command.cause_id,
    )
