"""Whatever happens, in whatever order: limits, one taker, nobody left waiting, and the same again."""

from collections import Counter
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.decisions import Decision, Reserve
from services.router.domain.routing import Routing
from shared.events.routing import TicketMoved
from shared.events.ticket_values import Status
from tests.routing import SECOND, Log
from tests.routing_desk import LENGTHS, SEEDS, Desk


@settings(deadline=None, max_examples=40)
@given(SEEDS, LENGTHS)
def test_no_limit_is_passed_and_nobody_waits_for_who_could_take_it(seed: int, length: int) -> None:
    """`note` holds it after every request."""
    desk = Desk(seed)
    for _ in range(length):
        desk.step()
    for _ in range(20):
        desk.note(desk.log.wait(3 * SECOND))
        while desk.asked:
            desk.answer()


@settings(deadline=None, max_examples=40)
@given(SEEDS, LENGTHS, st.integers(0, 200))
def test_the_same_log_decides_the_same_and_goes_on_from_a_checkpoint_anywhere(
    seed: int, length: int, cut: int
) -> None:
    desk = Desk(seed)
    for _ in range(length):
        desk.step()
    again, decided = Routing(), list[Decision]()
    for number, one in enumerate(desk.log.recorded):
        if number == cut:
            parts, wanted = again.checkpoint(), again.wanted_tick()
            again = Routing.restore(parts)
            assert (again.checkpoint(), again.wanted_tick()) == (parts, wanted)
        decided += again.apply(one.request, one.appended_at, one.position)
    assert decided == desk.log.decided


def test_equal_agents_get_equally_much() -> None:
    log = Log()
    for number in range(7):
        log.agent(f"agent-{number}", max_load=3)
    taken: Counter[str] = Counter()
    working: list[tuple[UUID, str]] = []
    for number in range(1, 1001):
        (decision,) = log.ticket(UUID(int=number))
        assert isinstance(decision, Reserve)
        taken[decision.agent_id] += 1
        log.granted(decision.ticket_id, decision.agent_id)
        working.append((decision.ticket_id, decision.agent_id))
        if len(working) > 9:
            ticket, name = working.pop(0)
            log.say(ticket, TicketMoved(Status.CLOSED))
            log.released(ticket, name)
    assert sorted(taken.values()) == [142, 143, 143, 143, 143, 143, 143]
