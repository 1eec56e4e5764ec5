"""A checkpoint: bounded parts on the log, among other requests, and the same state again."""

from uuid import UUID

import pytest

from services.router.domain.checkpoint import Gathering
from services.router.domain.decisions import Decision
from services.router.domain.replay import Recorded
from services.router.domain.routing import Routing
from shared.events.directory_records import Category, RequiredSkill, RoutingPolicy, Team
from shared.events.routing import ROUTING_REQUESTS, CheckpointPart
from tests.routing import SECOND, T1, T2, Log

RECORD = 200_000
"""Bytes that a part's value stays below."""


def busy() -> Log:
    """Much that needs escaping, and more than one part of it."""
    log = Log()
    log.say("policies/routing", RoutingPolicy(weights={f"agent-{number:03}": 2 for number in range(300)}))
    log.say("teams/support", Team('Support "\U0001f5a8" \\', tuple(f"agent-{number:03}" for number in range(300))))
    log.say("categories/printer", Category("support", (RequiredSkill("\U0001f5a8" * 20),)))
    for number in range(300):
        log.agent(f"agent-{number:03}", skills={"\U0001f310\n": 3}, max_load=1)
    for number in range(1, 401):
        log.ticket(UUID(int=number), tags=("\U0001f525" * 30, "\u0000\u001f"))
    return log


def test_its_parts_fit_into_records_and_give_the_same_state_again() -> None:
    log = busy()
    parts = log.routing.checkpoint()
    assert len(parts) > 2
    assert max(len(ROUTING_REQUESTS.encode(part)) for part in parts) < RECORD
    again = Routing.restore(parts)
    assert again.checkpoint() == parts
    before, log.routing = log.routing, again
    decided = log.wait(SECOND * 6)
    last = [one for one in log.recorded if one.position > parts[0].position]
    assert [one for request in last for one in _applied(before, request)] == decided


def _applied(routing: Routing, one: Recorded) -> list[Decision]:
    return routing.apply(one.request, one.appended_at, one.position)


def test_nothing_known_is_a_checkpoint_too() -> None:
    parts = Routing().checkpoint()
    assert Routing.restore(parts).checkpoint() == parts


def test_parts_that_are_not_one_checkpoint_are_refused() -> None:
    parts = busy().routing.checkpoint()
    elsewhere = CheckpointPart(parts[0].position + 1, 2, len(parts), parts[1].content)
    wrongs: tuple[list[CheckpointPart], ...] = (
        [],
        parts[1:],
        parts[:-1],
        [*parts, parts[0]],
        [parts[0], elsewhere, *parts[2:]],
    )
    for wrong in wrongs:
        with pytest.raises(ValueError, match="not the parts of one checkpoint"):
            Routing.restore(wrong)


def test_the_last_whole_checkpoint_is_found_among_parts_of_others() -> None:
    log = busy()
    old = log.routing.checkpoint()
    log.ticket(T1)
    torn = log.routing.checkpoint()
    found = Gathering()
    for part in (*old[:2], torn[0], *old[2:], *torn[1:-1], old[0]):
        found.add(part)
    assert found.whole == old
    log.ticket(T2)
    newest = log.routing.checkpoint()
    for part in (newest[0], *newest):
        found.add(part)
    assert found.whole == newest


def test_a_part_on_the_log_changes_nothing() -> None:
    log = busy()
    log.wait(SECOND * 6)
    position = log.routing.state.position
    assert log.say("checkpoint", log.routing.checkpoint()[0]) == []
    assert log.routing.state.position == position + 1
