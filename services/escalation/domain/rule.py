"""A rule in force, and whether what happened sets it off."""

from dataclasses import dataclass
from typing import assert_never

from services.escalation.domain.happening import Happening
from shared.events.directory_promises import Conditions, EscalationRule, Trigger
from shared.events.ticket_values import TicketFacts


@dataclass(frozen=True, slots=True)
class Rule:
    """`version` is the offset on `directory.events` of what it says now, and 1; of a preset's rule 0."""

    id: str
    version: int
    record: EscalationRule

    def is_set_off(self, happening: Happening) -> bool:
        return (
            self.record.active
            and self.record.when.trigger is happening.trigger
            and self._asks_for(happening)
            and meets(self.record.conditions, happening.facts)
        )

    def _asks_for(self, happening: Happening) -> bool:
        when = self.record.when
        match when.trigger:
            case Trigger.AT_RISK | Trigger.BREACHED:
                return not when.clocks or happening.clock in when.clocks
            case Trigger.SILENT:
                return happening.minutes == when.minutes
            case Trigger.SENTIMENT:
                sentiment = happening.sentiment
                return sentiment is not None and when.below is not None and sentiment.score < when.below
            case Trigger.REOPENED:
                return happening.facts.reopenings >= (when.times or 1)
            case Trigger.ESCALATED:
                return happening.by in when.by if when.by else happening.by != self.id
            case unknown:
                assert_never(unknown)


def meets(conditions: Conditions, facts: TicketFacts) -> bool:
    """Each that is not empty: one of those named, and all of the tags."""
    return (
        (not conditions.priorities or facts.priority in conditions.priorities)
        and (not conditions.categories or facts.category in conditions.categories)
        and (not conditions.channels or facts.channel in conditions.channels)
        and (not conditions.organisations or facts.organisation in conditions.organisations)
        and (not conditions.teams or facts.team_id in conditions.teams)
        and set(conditions.tags) <= set(facts.tags)
    )
