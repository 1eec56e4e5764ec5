"""What a rule asks for, and of whom."""

from dataclasses import replace

import pytest

from services.escalation.domain.escalate import ESCALATION, command_of, escalations, unheard
from services.escalation.domain.happening import happening_of
from services.escalation.domain.people import assignee_or_leads, manager_or_leads
from services.escalation.domain.rule import Rule
from shared.events.directory_promises import EscalationRule, EscalationStep, Trigger, When
from shared.events.directory_records import Agent, Team
from shared.events.envelope import Command
from shared.events.identity import derived_id
from shared.events.personal import Plain
from shared.events.ticket_commands import EscalateTicket
from shared.events.ticket_events import TicketEventData
from shared.events.ticket_promises import TicketEscalated
from shared.events.ticket_values import ActionRequest, Clock, OutwardAction, Priority, TicketFacts, Tier
from tests.escalating import (
    BREACH,
    BREACHED,
    CALL,
    DUE,
    FACTS,
    PAGE,
    PAGE_P1,
    RAISE,
    REASSIGN,
    TELL_ASSIGNEE,
    TELL_MANAGER,
    TICKET,
    Folk,
    event_of,
)

NOTIFY, WEBHOOK = OutwardAction.NOTIFY, OutwardAction.WEBHOOK


def asked(data: TicketEventData, *rules: Rule, people: Folk | None = None) -> list[EscalateTicket]:
    happening = happening_of(event_of(data))
    assert happening is not None
    return list(escalations(happening, rules, people or Folk()))


def rule(*steps: EscalationStep, name: str = "mine") -> Rule:
    return Rule(name, 4, EscalationRule(When(Trigger.BREACHED), steps, target_tier=Tier.LEAD))


def breached_as(**facts: object) -> TicketEventData:
    return replace(BREACHED, facts=replace(FACTS, **facts))  # type: ignore[arg-type] # as the test names them


def test_a_breach_raises_reassigns_and_tells_the_assignee_and_their_lead() -> None:
    event = event_of(BREACHED)
    (wish,) = asked(BREACHED, BREACH, PAGE_P1)
    key = "breach/breached/first_response/1/0"
    assert command_of(wish, event) == Command(
        id=derived_id(event.id, key),
        subject=str(TICKET),
        actor=ESCALATION,
        now=DUE,
        correlation_id=event.correlation_id,
        data=EscalateTicket(
            key=key,
            rule_id="breach",
            rule_version=0,
            target_tier=Tier.SENIOR,
            raise_priority=True,
            clock=Clock.FIRST_RESPONSE,
            instance=1,
            requests=(ActionRequest(NOTIFY, f"{key}/notify", ("ada", "lea")),),
        ),
        cause_id=event.id,
    )


def test_a_p1_breach_pages_at_once() -> None:
    breach, page = asked(breached_as(priority=Priority.P1), BREACH, PAGE_P1)
    assert breach.rule_id == "breach"
    key = "page/breached/first_response/1/0"
    requests = (ActionRequest(OutwardAction.PAGE, f"{key}/page"),)
    assert page == EscalateTicket(key, "page", 0, clock=Clock.FIRST_RESPONSE, instance=1, requests=requests)


def test_the_manager_is_told_by_their_webhook() -> None:
    (wish,) = asked(breached_as(assignee_id="ben"), rule(CALL, TELL_MANAGER, TELL_ASSIGNEE))
    key = "mine/breached/first_response/1/0"
    assert wish.requests == (
        ActionRequest(NOTIFY, f"{key}/notify", ("ben", "mia")),
        ActionRequest(WEBHOOK, f"{key}/webhook", ("mia",)),
    )
    assert (wish.raise_priority, wish.target_tier) == (False, None)


@pytest.mark.parametrize(
    ("facts", "told", "manager"),
    [
        (FACTS, ("ada",), ("lea",)),
        (replace(FACTS, assignee_id="ben"), ("ben",), ("mia",)),
        (replace(FACTS, assignee_id="lea"), ("lea",), ("max",)),
        (replace(FACTS, assignee_id=None), ("lea",), ("lea",)),
        (replace(FACTS, assignee_id="gone"), ("lea",), ("lea",)),
        (replace(FACTS, assignee_id=None, team_id=None), ("lea", "max"), ("lea", "max")),
        (replace(FACTS, assignee_id=None, team_id=None, category="printer"), ("lea",), ("lea",)),
        (replace(FACTS, assignee_id=None, team_id="dissolved"), ("lea", "max"), ("lea", "max")),
    ],
)
def test_who_is_told(facts: TicketFacts, told: tuple[str, ...], manager: tuple[str, ...]) -> None:
    assert (assignee_or_leads(facts, Folk()), manager_or_leads(facts, Folk())) == (told, manager)


def test_a_lead_who_has_left_is_stood_in_for_by_the_fallback_team() -> None:
    folk = Folk()
    left = replace(folk, agents={**folk.agents, "lea": Agent(Plain("Lea"), "support", active=False)})
    assert manager_or_leads(FACTS, left) == ("max",)


def test_fallback_teams_without_leads_end_where_they_began() -> None:
    none = replace(Folk(), by_id={"support": Team("S", (), "sales"), "sales": Team("T", (), "support")})
    assert manager_or_leads(FACTS, none) == ()


def test_with_nobody_to_tell_it_escalates_all_the_same_and_says_so() -> None:
    (wish,) = asked(breached_as(assignee_id=None), BREACH, people=Folk({}, {}, {}))
    assert wish.raise_priority
    assert wish.requests == (ActionRequest(NOTIFY, f"{wish.key}/notify"),)
    assert unheard(wish)


def test_a_page_needs_nobody_named() -> None:
    (wish,) = asked(BREACHED, rule(PAGE))
    assert not unheard(wish)


def test_at_the_depth_people_are_told_and_the_ticket_stays() -> None:
    (wish,) = asked(breached_as(escalation_level=3), BREACH, rule(RAISE))
    assert (wish.raise_priority, wish.target_tier) == (False, None)
    assert [one.action for one in wish.requests] == [NOTIFY]


def test_of_two_rules_of_which_one_reaches_the_depth_the_other_still_tells() -> None:
    first, second = asked(breached_as(escalation_level=2), BREACH, rule(RAISE, REASSIGN, TELL_MANAGER))
    assert (first.raise_priority, first.target_tier) == (True, Tier.SENIOR)
    assert (second.raise_priority, second.target_tier) == (False, None)
    assert second.requests


def test_a_rule_fires_once_a_clock_instance_and_level_whatever_it_has_become() -> None:
    again = Rule("breach", 9, replace(BREACH.record, steps=(RAISE,)))
    keys = {
        wish.key
        for data, known in (
            (BREACHED, BREACH),
            (BREACHED, again),
            (replace(BREACHED, instance=2), BREACH),
            (replace(BREACHED, clock=Clock.RESOLUTION), BREACH),
            (breached_as(escalation_level=1), BREACH),
            (BREACHED, PAGE_P1),
        )
        for wish in asked(data, known)
    }
    assert len(keys) == 4


def test_what_an_escalation_sets_off_is_of_its_level() -> None:
    escalated = TicketEscalated("key", "breach", 0, 2, 1, facts=replace(FACTS, escalation_level=1))
    happening = happening_of(event_of(escalated))
    assert happening is not None
    assert (happening.level, happening.by, happening.facts.priority) == (2, "breach", Priority.P3)
