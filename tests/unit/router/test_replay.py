"""Recorded requests decided again: the same as they were, and through a changed directory or policy."""

from uuid import UUID

from hypothesis import given, settings

from services.router.domain.changed import Change
from services.router.domain.decisions import Reserve
from services.router.domain.replay import Difference, Recorded, Replay, replay
from services.router.domain.routing import Routing
from shared.events.agent import AgentLimitSet
from shared.events.directory_records import Category, RankBy, RequiredSkill, RoutingPolicy, Team
from shared.events.routing import AgentRecorded, TicketMoved, TicketTaken
from shared.events.ticket_values import Status, Tier
from tests.routing import MINUTE, T1, T2, T3, Log
from tests.routing_desk import LENGTHS, SEEDS, Desk

SKILLED = AgentRecorded("support", Tier.AGENT, {"printer": 5})


def again(log: Log, changes: dict[str, Change]) -> Replay:
    return replay(Routing(), log.recorded, changes)


def printers() -> Log:
    """Ben is better with printers than Ada, and gets the first of two tickets; Ada is less loaded then."""
    log = Log()
    log.agent("ada", skills={"printer": 1})
    log.agent("ben", skills={"printer": 4})
    for ticket, name in ((T1, "ben"), (T2, "ada")):
        log.ticket(ticket, tags=("printer",))
        log.granted(ticket, name)
    return log


def decided_at(log: Log, ticket: UUID) -> int:
    return next(
        one.explanation.position for one in log.decided if isinstance(one, Reserve) and one.ticket_id == ticket
    )


@settings(deadline=None, max_examples=30)
@given(SEEDS, LENGTHS)
def test_with_nothing_changed_there_is_no_difference(seed: int, length: int) -> None:
    desk = Desk(seed)
    for _ in range(length):
        desk.step()
    assert again(desk.log, {}).differences == []


@settings(deadline=None, max_examples=30)
@given(SEEDS, LENGTHS)
def test_two_routers_side_by_side_whose_directories_say_the_same_do_not_differ(seed: int, length: int) -> None:
    desk = Desk(seed)
    for _ in range(length):
        desk.step()
    assert again(desk.log, {"teams/nobodys": Team("Nobody's")}).differences == []


def test_it_says_who_would_have_got_what() -> None:
    log = printers()
    assert again(log, {"agents/ada": SKILLED}) == Replay(2, [Difference(T1, decided_at(log, T1), "ben", "ada")])


def test_each_moment_is_decided_with_the_load_on_record() -> None:
    """Ben would have had the second too, and then been at a limit of two; at the third he is as on record."""
    log = printers()
    log.ticket(T3, tags=("printer",))
    log.granted(T3, "ben")
    changed: dict[str, Change] = {
        "policies/routing": RoutingPolicy((RankBy.PROFICIENCY,)),
        "ben": AgentLimitSet(2, active=True, directory_version=1),
    }
    assert again(log, changed) == Replay(3, [Difference(T2, decided_at(log, T2), "ada", "ben")])


def test_a_limit_that_would_have_been_passed_gives_it_to_another() -> None:
    log = printers()
    assert again(log, {"ben": AgentLimitSet(0, active=True, directory_version=1)}).differences == [
        Difference(T1, decided_at(log, T1), "ben", "ada")
    ]


def test_a_ticket_that_would_have_waited_goes_to_nobody() -> None:
    log = printers()
    nobody: dict[str, Change] = {"agents/ada": None, "agents/ben": None}
    assert again(log, nobody) == Replay(
        2,
        [
            Difference(T1, decided_at(log, T1), "ben", None),
            Difference(T2, decided_at(log, T2), "ada", None),
        ],
    )


def test_a_ticket_that_would_have_been_given_earlier_is_told_with_that_moment() -> None:
    log = Log()
    log.agent("ada", skills={"network": 1})
    log.say("categories/printer", Category("support", (RequiredSkill("printer"),)))
    log.ticket(T1, category="printer")
    opened = log.recorded[-1].position
    log.wait(MINUTE)
    log.agent("ben", skills={"printer": 1})
    log.granted(T1, "ben")
    assert again(log, {"agents/ada": SKILLED}) == Replay(1, [Difference(T1, opened, "ben", "ada")])


def test_a_ticket_that_nobody_got_is_told_too() -> None:
    log = Log()
    log.agent("ada", there=True, max_load=0)
    log.ticket(T1)
    opened = log.recorded[-1].position
    log.say(T1, TicketTaken("cem"))
    assert again(log, {"ada": AgentLimitSet(1, active=True, directory_version=2)}) == Replay(
        0, [Difference(T1, opened, None, "ada")]
    )


def test_it_begins_anywhere_and_leaves_out_what_was_decided_before() -> None:
    log = printers()
    routing = Routing()
    cut = decided_at(log, T1) + 1
    for one in log.recorded[:cut]:
        routing.apply(one.request, one.appended_at, one.position)
    result = replay(routing, log.recorded[cut:], {"policies/routing": RoutingPolicy((RankBy.PROFICIENCY,))})
    assert result == Replay(1, [Difference(T2, decided_at(log, T2), "ada", "ben")])


def test_a_grant_that_was_told_twice_counts_once() -> None:
    log = printers()
    (grant,) = (one for one in log.recorded if one.request.subject == "ben" and one.request.version == 3)
    twice = [*log.recorded, Recorded(grant.request, log.now, len(log.recorded))]
    assert replay(Routing(), twice, {}) == Replay(2, [])


def test_ten_thousand_recorded_tickets_show_no_difference() -> None:
    log = Log()
    for number in range(20):
        log.agent(f"agent-{number:02}", skills={f"skill-{number % 4}": 1 + number % 5})
    names: list[tuple[UUID, str]] = []
    for number in range(1, 10_001):
        for one in log.ticket(UUID(int=number), tags=(f"skill-{number % 4}",)):
            assert isinstance(one, Reserve)
            log.granted(one.ticket_id, one.agent_id)
            names.append((one.ticket_id, one.agent_id))
        if len(names) > 15:
            ticket, name = names.pop(0)
            log.say(ticket, TicketMoved(Status.CLOSED))
            log.released(ticket, name)
    assert again(log, {}) == Replay(10_000, [])


def test_the_record_is_believed_where_the_router_of_today_decides_otherwise() -> None:
    """A record of an older router, say: what was granted is compared, not what would be sent now."""
    log = printers()
    older = [
        Recorded(one.request, one.appended_at, one.position)
        for one in log.recorded
        if one.request.subject != "presence/ben"
    ]
    assert replay(Routing(), older, {}).differences == [Difference(T1, decided_at(log, T1), "ben", "ada")]
