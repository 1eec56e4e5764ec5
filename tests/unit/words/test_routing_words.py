"""A routing decision in sentences."""

from dataclasses import replace

import pytest

from shared.events.envelope import Actor, ActorKind
from shared.events.routing_values import AGENT_AWAY, Candidate, Explanation, LeftOut, QueueReason
from shared.events.ticket_events import TicketAssigned, TicketClaimed, TicketQueued, TicketUnassigned
from shared.events.ticket_values import Tier
from shared.words.routing import RoutingDecision, told
from tests.projecting import ADA, AT

ROUTER = Actor(ActorKind.SERVICE, "router")
CLEO = Actor(ActorKind.LEAD, "cleo")

GROUNDS = Explanation(
    position=812,
    decided_at=AT,
    ticket_version=1,
    directory_offset=40,
    policy_version=0,
    team_id="first-line",
    language="de",
    required=("printers", "fire"),
    eligible=2,
    candidates=(Candidate("ada", 1, 5, 7, AT), Candidate("ben", 2, 5, 9, turns=1.5)),
    left_out={LeftOut.NOT_ONLINE: 3, LeftOut.NO_FREE_SLOT: 1},
)
NOBODY = Explanation(
    position=813,
    decided_at=AT,
    ticket_version=2,
    directory_offset=40,
    policy_version=0,
    dropped=("fire",),
    to_leads=True,
)


def test_the_best_comes_first_and_those_left_out_last() -> None:
    assert told(TicketAssigned("ada", explanation=GROUNDS), ROUTER) == [
        "Given to ada, the best of 2 who could take it.",
        "Asked for: team first-line, language de, skills printers, fire.",
        "1. ada: 1 of 5 tickets, proficiency 7, last assigned 2026-01-05 09:00:00 UTC.",
        "2. ben: 2 of 5 tickets, proficiency 9, no ticket before, 1.5 weighted turns.",
        "Left out: 3 not online, 1 at their limit.",
    ]


def test_an_escalation_says_the_tier_and_who_had_it() -> None:
    raised = replace(GROUNDS, tier=Tier.SENIOR)
    first, asked, *_ = told(TicketAssigned("sam", "ada", explanation=raised), ROUTER)
    assert first == "Given to sam instead of ada, the best of 2 who could take it."
    assert asked == ("Asked for: team first-line, language de, skills printers, fire, tier senior or higher.")


def test_what_waits_says_why() -> None:
    assert told(TicketQueued(QueueReason.NO_SKILL, NOBODY, ("printers",)), ROUTER) == [
        "It waits: nobody in question has the skills. Missing: printers.",
        "Asked for: any team, no skill.",
        "No longer asked for, after the wait: fire.",
        "It had waited too long, so leads were asked, whatever their skills and languages.",
    ]


@pytest.mark.parametrize(
    ("decision", "actor", "words"),
    [
        (TicketAssigned("ada"), CLEO, "Given to ada by lead cleo, not by the router."),
        (
            TicketAssigned("ada", over_limit=True),
            CLEO,
            "Given to ada by lead cleo, not by the router. They are over their limit with it.",
        ),
        (TicketClaimed("ada"), ADA, "ada took it themself."),
        (
            TicketUnassigned("ada", AGENT_AWAY),
            ROUTER,
            "Taken from ada, who is away and had not answered it.",
        ),
        (TicketUnassigned("ada", "on holiday"), CLEO, "Taken from ada by lead cleo: on holiday."),
        (TicketUnassigned("ada"), CLEO, "Taken from ada by lead cleo."),
    ],
)
def test_one_sentence_where_nothing_was_weighed(decision: RoutingDecision, actor: Actor, words: str) -> None:
    assert told(decision, actor) == [words]


@pytest.mark.parametrize("reason", QueueReason)
def test_every_reason_to_wait_has_words(reason: QueueReason) -> None:
    first, *_ = told(TicketQueued(reason, NOBODY), ROUTER)
    assert first.startswith("It waits: ")


@pytest.mark.parametrize("reason", LeftOut)
def test_every_reason_to_be_left_out_has_words(reason: LeftOut) -> None:
    grounds = Explanation(
        position=1, decided_at=AT, ticket_version=1, directory_offset=0, policy_version=0, left_out={reason: 2}
    )
    assert told(TicketQueued(QueueReason.NOBODY_AVAILABLE, grounds), ROUTER)[-1].startswith("Left out: 2 ")
