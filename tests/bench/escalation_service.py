"""Figures of the escalation rules as they run: events taken from a backlog, a part of them broken promises."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from services.escalation.group import GROUP, TOPICS
from shared.events.directory import SaveRecord
from shared.events.directory_promises import EscalationRule, EscalationStep, Trigger, When
from shared.events.directory_records import Agent, Record, Team
from shared.events.envelope import Actor, ActorKind, Event
from shared.events.identity import derived_id
from shared.events.personal import Plain
from shared.events.presets import RULES
from shared.events.ticket_events import RequesterReplied, TicketEventData
from shared.events.ticket_promises import SlaAtRisk, SlaBreached, SlaTargeted
from shared.events.ticket_values import Channel, Clock, Priority, TicketFacts
from shared.runtime.groups import At, committed, ends, provision
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.bench.backlog import backlog
from tests.bench.projections import write
from tests.bench.running import running
from tests.processing import eventually, read_all, send, wish

Emit = Callable[[str, float, str, Sequence[float], float | None], None]

ROUNDS, TICKETS, EVENTS = 3, 3_000, 30_000
_PATIENCE_S = 300.0
_ADMIN = Actor(ActorKind.ADMIN, "amy")
_FACTS = TicketFacts(Priority.P3, Channel.WEB, "hardware", "Acme", "support", "agent-000")

RECORDS: dict[str, Record] = {
    "teams/support": Team("Support"),
    "agents/agent-000": Agent(Plain("Somebody"), "support"),
    **{f"rules/{name}": rule for name, rule in RULES.items()},
    "rules/angry": EscalationRule(When(Trigger.SENTIMENT, below=-0.6), (EscalationStep.NOTIFY_MANAGER,)),
}
"""The rules of the presets, and one for which every message is scored."""


def run(settings: Settings, emit: Emit) -> None:
    """Each round on topics of its own; from ready until all is handled and committed."""
    rates = []
    for number in range(ROUNDS):
        mine = prepared(settings, f"backlog{number}")
        with running(mine, "services.escalation"):
            begun = time.monotonic()
            eventually(lambda mine=mine: done(mine), _PATIENCE_S)  # type: ignore[misc] # mypy cannot infer a lambda's default
            rates.append(EVENTS / (time.monotonic() - begun))
        _check(mine)
    emit("escalation.events_per_s", statistics.median(rates), "1/s", rates, None)


def prepared(settings: Settings, name: str) -> Settings:
    mine = settings.model_copy(update={"topic_prefix": f"{name}."})
    create_topics(mine)
    provision(mine, GROUP, TOPICS)
    with running(mine, "services.intake", "processor"):
        send(mine, [wish(SaveRecord(record), key, _ADMIN) for key, record in RECORDS.items()])
        eventually(lambda: len(read_all(mine, "directory.events")) == len(RECORDS), _PATIENCE_S)
    write(mine, list(events()))
    return mine


def events() -> list[Event[TicketEventData]]:
    """Lives of tickets as a help desk makes them, half at risk once and a fifth broken."""
    return [event for life in backlog(TICKETS) for event in _with_promises(life)][:EVENTS]


def _with_promises(event: Event[TicketEventData]) -> Iterator[Event[TicketEventData]]:
    if isinstance(event.data, RequesterReplied):
        event = replace(event, data=replace(event.data, facts=_FACTS))
    yield event
    if isinstance(event.data, SlaTargeted):
        due = event.recorded_at
        for share, data in (
            (2, SlaAtRisk(Clock.FIRST_RESPONSE, 1, due, _FACTS)),
            (5, SlaBreached(Clock.FIRST_RESPONSE, 1, due, _FACTS)),
        ):
            if event.id.int % share == 0:
                yield replace(event, id=derived_id(event.id, str(share)), data=data)


def done(settings: Settings) -> bool:
    after, stands = ends(settings, TOPICS, At.END), committed(settings, GROUP, TOPICS)
    behind = sum(end - (stands[place] or 0) for place, end in after.items())
    return behind <= len(after)  # the marks of transactions are nothing to commit


def _check(settings: Settings) -> None:
    """Each that was at risk or broken led to its command."""
    wanted = sum(isinstance(event.data, SlaAtRisk | SlaBreached) for event in events())
    sent = len(read_all(settings, "ticket.commands"))
    if sent < wanted:
        raise RuntimeError(f"{sent} commands were sent for {wanted} events that set off a rule")
