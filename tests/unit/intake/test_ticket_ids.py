"""Ids of new tickets: of one moment on a few partitions, in the long run on all."""

from collections import Counter

import pytest

from services.intake.api.ticket_ids import MOMENT_S, TicketIds
from shared.runtime.partition import partition_of


class Clock:
    now = 1000.0 + MOMENT_S / 2

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("partitions", "favoured"), [(1, 1), (8, 1), (12, 2), (48, 6)])
def test_a_moments_tickets_lie_on_an_eighth_of_the_partitions(partitions: int, favoured: int) -> None:
    clock = Clock()
    ids = TicketIds(partitions, clock)
    seen: Counter[int] = Counter()
    for _ in range(partitions):
        made = [ids.new() for _ in range(40 * favoured)]
        assert {ticket_id.version for ticket_id in made} == {7}
        assert len(set(made)) == len(made)
        on = {partition_of(str(ticket_id).encode(), partitions) for ticket_id in made}
        assert len(on) == favoured
        seen.update(on)
        clock.now += MOMENT_S
    assert seen == dict.fromkeys(range(partitions), favoured)
