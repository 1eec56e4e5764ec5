"""What happened to a ticket that may set off rules, as its event alone tells it."""

from dataclasses import dataclass

from shared.events.directory_promises import Trigger
from shared.events.envelope import Event, Origin
from shared.events.ticket_events import RequesterReplied, TicketEventData, TicketOpened, TicketReopened
from shared.events.ticket_promises import AgentSilent, SlaAtRisk, SlaBreached, TicketEscalated
from shared.events.ticket_values import Clock, Message, Sentiment, TicketFacts

TRIGGERS: dict[type[TicketEventData], Trigger] = {
    SlaAtRisk: Trigger.AT_RISK,
    SlaBreached: Trigger.BREACHED,
    AgentSilent: Trigger.SILENT,
    RequesterReplied: Trigger.SENTIMENT,
    TicketOpened: Trigger.SENTIMENT,
    TicketReopened: Trigger.REOPENED,
    TicketEscalated: Trigger.ESCALATED,
}
"""All other events set nothing off."""


@dataclass(frozen=True, slots=True)
class Happening:
    """`name` tells it from the ticket's others of the same trigger; `level` is the ticket's after it.

    `minutes` (silent), `by` (escalated: the rule), `sentiment` (of a requester's message, where it was asked for).
    """

    trigger: Trigger
    name: str
    facts: TicketFacts
    level: int
    clock: Clock | None = None
    instance: int | None = None
    minutes: int | None = None
    by: str | None = None
    sentiment: Sentiment | None = None


def happening_of(event: Event[TicketEventData], sentiment: Sentiment | None = None) -> Happening | None:
    """None: it sets nothing off, or is an import's, or of a time before events had facts."""
    data = event.data
    facts = facts_of(data)
    trigger = TRIGGERS.get(type(data))
    if facts is None or trigger is None or event.origin is Origin.IMPORT:
        return None
    level = facts.escalation_level
    match data:
        case SlaAtRisk(clock, instance) | SlaBreached(clock, instance):
            return Happening(trigger, f"{clock}/{instance}", facts, level, clock, instance)
        case AgentSilent(since, minutes):
            return Happening(trigger, f"{since.isoformat()}/{minutes}", facts, level, minutes=minutes)
        case TicketReopened():
            return Happening(trigger, str(facts.reopenings), facts, level)
        case TicketEscalated(rule_id=rule, level=raised):
            return Happening(trigger, str(raised), facts, raised, by=rule)
        case _:
            return Happening(trigger, str(event.version), facts, level, sentiment=sentiment)


def message_of(data: TicketEventData) -> Message | None:
    """What a requester said with it."""
    match data:
        case TicketOpened(description=description):
            return Message(description)
        case RequesterReplied(message=message):
            return message
        case _:
            return None


def facts_of(data: TicketEventData) -> TicketFacts | None:
    """A ticket that is opened is as its own event says."""
    match data:
        case TicketOpened() as opened:
            return TicketFacts(
                opened.priority,
                opened.channel,
                opened.category,
                opened.requester.organisation,
                opened.team_id,
                tags=opened.tags,
            )
        case SlaAtRisk() | SlaBreached() | AgentSilent() | RequesterReplied() | TicketReopened():
            return data.facts
        case TicketEscalated(facts=before):
            return before
        case _:
            return None
