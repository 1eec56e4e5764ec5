"""A help desk on real servers whose tickets' clocks are set and broken by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.escalation.group import GROUP, TOPICS
from services.router.group import GROUP as ROUTER_GROUP
from services.router.group import TOPICS as ROUTER_TOPICS
from shared.events.directory_records import Agent
from shared.events.envelope import Actor, ActorKind
from shared.events.personal import Plain
from shared.events.ticket_commands import BreachSla, TargetSla, TicketCommandData
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_values import Channel, Clock, ClockTarget, Priority, SlaInputs, Tier
from shared.runtime.groups import provision
from shared.runtime.settings import Settings
from tests.processing import events, send, wish

SLA = Actor(ActorKind.SERVICE, "sla")
PROCESSOR: Sequence[str] = ("services.intake", "processor")
ESCALATION: Sequence[str] = ("services.escalation",)
ROUTER: Sequence[str] = ("services.router",)
DUE = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
"""Over already, so that a breach is due at once."""


@pytest.fixture
def desk(settings: Settings, redis: str) -> Settings:
    """Settings with the groups provisioned, as when topics have just been made."""
    mine = settings.model_copy(update={"redis_url": redis})
    provision(mine, GROUP, TOPICS)
    provision(mine, ROUTER_GROUP, ROUTER_TOPICS)
    return mine


def somebody(tier: Tier = Tier.AGENT, team: str = "support", max_load: int = 20) -> Agent:
    return Agent(Plain("Somebody"), team, tier=tier, max_load=max_load)


def broken(clock: Clock = Clock.FIRST_RESPONSE, priority: Priority = Priority.P3) -> list[TicketCommandData]:
    """To a ticket just opened: a clock that is due, and its breach."""
    inputs = SlaInputs(priority, Channel.WEB)
    target = ClockTarget(clock, 1, DUE - timedelta(hours=1), DUE)
    return [TargetSla("standard", 0, None, 1, inputs, (target,)), BreachSla(clock, 1, DUE)]


def break_promise(settings: Settings, ticket: UUID, priority: Priority = Priority.P3) -> None:
    send(settings, [wish(data, ticket, SLA) for data in broken(priority=priority)])


def told_of(settings: Settings, ticket: UUID) -> list[TicketEventData]:
    return [event.data for event in events(settings) if event.subject == str(ticket)]
