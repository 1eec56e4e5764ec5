"""Rules, people and events for tests of what is escalated: fixed ids and dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.escalation.domain.rule import Rule
from shared.events.directory_promises import Conditions, EscalationRule, EscalationStep, Trigger, When
from shared.events.directory_records import Agent, Category, Team
from shared.events.envelope import Actor, ActorKind, Event, Origin
from shared.events.personal import Plain
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_promises import SlaAtRisk, SlaBreached
from shared.events.ticket_values import Channel, Clock, Priority, TicketFacts, Tier

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
DUE = AT + timedelta(hours=1)
TICKET = UUID("0189d3f4-0000-7000-8000-000000000001")
FACTS = TicketFacts(Priority.P3, Channel.WEB, team_id="support", assignee_id="ada")
BREACHED = SlaBreached(Clock.FIRST_RESPONSE, 1, DUE, FACTS)
AT_RISK = SlaAtRisk(Clock.FIRST_RESPONSE, 1, DUE, FACTS)

RAISE, REASSIGN = EscalationStep.RAISE_PRIORITY, EscalationStep.REASSIGN
TELL_ASSIGNEE, TELL_MANAGER = EscalationStep.NOTIFY_ASSIGNEE, EscalationStep.NOTIFY_MANAGER
CALL, PAGE = EscalationStep.CALL_WEBHOOK, EscalationStep.PAGE

BREACH = Rule(
    "breach",
    0,
    EscalationRule(
        When(Trigger.BREACHED), (RAISE, REASSIGN, TELL_ASSIGNEE, TELL_MANAGER), target_tier=Tier.SENIOR
    ),
)
PAGE_P1 = Rule("page", 0, EscalationRule(When(Trigger.BREACHED), (PAGE,), Conditions(priorities=(Priority.P1,))))


@dataclass(frozen=True, slots=True)
class Folk:
    """Support: ada and ben, led by lea; lea has no manager, and support falls back to sales, led by max."""

    agents: Mapping[str, Agent] = field(
        default_factory=lambda: {
            "ada": Agent(Plain("Ada"), "support"),
            "ben": Agent(Plain("Ben"), "support", manager_id="mia"),
            "lea": Agent(Plain("Lea"), "support", tier=Tier.LEAD),
            "mia": Agent(Plain("Mia"), "sales"),
            "max": Agent(Plain("Max"), "sales", tier=Tier.LEAD),
        }
    )
    by_id: Mapping[str, Team] = field(
        default_factory=lambda: {
            "support": Team("Support", ("lea",), "sales"),
            "sales": Team("Sales", ("max",), "support"),
        }
    )
    categories: Mapping[str, Category] = field(default_factory=lambda: {"printer": Category("support")})

    def agent(self, agent_id: str) -> Agent | None:
        return self.agents.get(agent_id)

    def team(self, team_id: str) -> Team | None:
        return self.by_id.get(team_id)

    def teams(self) -> Iterable[Team]:
        return self.by_id.values()

    def category(self, category_id: str) -> Category | None:
        return self.categories.get(category_id)


def event_of(data: TicketEventData, version: int = 5, origin: Origin = Origin.LIVE) -> Event[TicketEventData]:
    number = UUID(int=0xE << 100 | version)
    return Event(
        id=number,
        subject=str(TICKET),
        version=version,
        conversation_version=1,
        occurred_at=DUE,
        recorded_at=DUE,
        actor=Actor(ActorKind.SERVICE, "sla"),
        command_id=number,
        correlation_id=number,
        data=data,
        origin=origin,
    )
