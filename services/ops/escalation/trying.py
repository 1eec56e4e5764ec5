"""Recorded tickets through rules, theirs or others: each by itself, nothing sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.escalation.domain.escalate import command_of, escalations
from services.escalation.domain.happening import happening_of
from services.escalation.domain.people import People
from services.escalation.domain.replay import Difference, Replay
from services.escalation.domain.rule import Rule
from services.ops.escalation.reading import Found
from shared.events.directory_promises import Trigger
from shared.events.envelope import Command, Event
from shared.events.ticket_commands import EscalateTicket
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_values import TicketFacts


@dataclass(slots=True)
class Tried:
    """`recorded` counts what the rules did in those `tickets`, `would` what they would have done."""

    tickets: int = 0
    recorded: int = 0
    would: int = 0
    differences: list[Difference] = field(default_factory=list)


def tried(found: Found, rules: Mapping[Trigger, Sequence[Rule]], people: People) -> Tried:
    """`people` are those of now: whom each would have told is not compared."""

    def commands(facts: TicketFacts, event: Event[TicketEventData]) -> list[Command[EscalateTicket]]:
        happening = happening_of(event, found.sentiments.get(event.id))
        if happening is None:
            return []
        level = happening.level if happening.trigger is Trigger.ESCALATED else facts.escalation_level
        happening = replace(happening, facts=facts, level=level)
        wishes = escalations(happening, rules.get(happening.trigger, ()), people)
        return [command_of(wish, event) for wish in wishes]

    result = Tried()
    for recorded in found.tickets.values():
        replay = Replay(recorded, commands)
        result.tickets += 1
        result.recorded += len(replay.fired)
        result.would += len(replay.would)
        result.differences += replay.differences()
    return result
