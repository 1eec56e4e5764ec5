"""What the rules ask for that a happening sets off: one command a rule."""

from collections.abc import Collection, Iterable, Iterator

from services.escalation.domain.happening import Happening
from services.escalation.domain.people import People, assignee_or_leads, manager_or_leads
from services.escalation.domain.rule import Rule
from shared.events.directory_promises import EscalationStep
from shared.events.envelope import Actor, ActorKind, Command, Event
from shared.events.identity import derived_id
from shared.events.ticket_commands import EscalateTicket
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_values import ActionRequest, OutwardAction, TicketFacts

ESCALATION = Actor(ActorKind.SERVICE, "escalation")
DEPTH = 3
"""The ticket's own decider holds it too: of what comes later, only what is asked for outside is left there."""

_CHANGES = frozenset({EscalationStep.RAISE_PRIORITY, EscalationStep.REASSIGN})
_TELLS = frozenset({EscalationStep.NOTIFY_ASSIGNEE, EscalationStep.NOTIFY_MANAGER})


def escalations(happening: Happening, rules: Iterable[Rule], people: People) -> Iterator[EscalateTicket]:
    """In the order of the rules. A ticket that is as deep as may be is not changed, and people are told still."""
    level = happening.level
    for rule in rules:
        if not rule.is_set_off(happening):
            continue
        steps = {step for step in rule.record.steps if step not in _CHANGES or level < DEPTH}
        if not steps:
            continue
        level += not _CHANGES.isdisjoint(steps)
        yield _wish(rule, happening, steps, people)


def _wish(rule: Rule, happening: Happening, steps: Collection[EscalationStep], people: People) -> EscalateTicket:
    """`key`: once a rule, happening and level, whatever the rule has become meanwhile."""
    key = f"{rule.id}/{happening.trigger}/{happening.name}/{happening.level}"
    return EscalateTicket(
        key=key,
        rule_id=rule.id,
        rule_version=rule.version,
        target_tier=rule.record.target_tier if EscalationStep.REASSIGN in steps else None,
        raise_priority=EscalationStep.RAISE_PRIORITY in steps,
        clock=happening.clock,
        instance=happening.instance,
        sentiment=happening.sentiment,
        requests=tuple(_requests(key, steps, happening.facts, people)),
    )


def _requests(
    key: str, steps: Collection[EscalationStep], facts: TicketFacts, people: People
) -> Iterator[ActionRequest]:
    """To tell somebody where there is nobody stays on record with nobody named."""
    told: dict[str, None] = {}
    if EscalationStep.NOTIFY_ASSIGNEE in steps:
        told |= dict.fromkeys(assignee_or_leads(facts, people))
    if EscalationStep.NOTIFY_MANAGER in steps:
        told |= dict.fromkeys(manager_or_leads(facts, people))
    if not _TELLS.isdisjoint(steps):
        yield ActionRequest(OutwardAction.NOTIFY, f"{key}/notify", tuple(told))
    if EscalationStep.CALL_WEBHOOK in steps:
        yield ActionRequest(OutwardAction.WEBHOOK, f"{key}/webhook", manager_or_leads(facts, people))
    if EscalationStep.PAGE in steps:
        yield ActionRequest(OutwardAction.PAGE, f"{key}/page")


def unheard(wish: EscalateTicket) -> bool:
    """Somebody was to be told, and there is nobody in the directory to tell."""
    return any(one.action is not OutwardAction.PAGE and not one.recipients for one in wish.requests)


def command_of(wish: EscalateTicket, event: Event[TicketEventData]) -> Command[EscalateTicket]:
    """Its id follows from the event's and the key: the same event read again sends nothing new."""
    return Command(
        id=derived_id(event.id, wish.key),
        subject=event.subject,
        actor=ESCALATION,
        now=event.recorded_at,
        correlation_id=event.correlation_id,
        data=wish,
        cause_id=event.id,
        trace=event.trace,
    )
