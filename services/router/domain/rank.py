"""Who of those who could take a ticket gets it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from heapq import nsmallest

from shared.events.directory_records import RankBy, RoutingPolicy
from shared.events.routing_values import Candidate

SHOWN = 5
"""How many candidates a decision names."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

_KEYS: Mapping[RankBy, Callable[[Candidate], float | tuple[float, datetime]]] = {
    RankBy.LOAD: lambda one: one.load / one.max_load,
    RankBy.PROFICIENCY: lambda one: -one.proficiency,
    RankBy.IDLE: lambda one: (one.turns, one.last_assigned_at or _LONG_AGO),
}


def rank(candidates: Iterable[Candidate], policy: RoutingPolicy) -> tuple[Candidate, ...]:
    """The best five, best first, lexicographic by the policy's keys and then those it does not name.

    Ties go to the smaller agent id. Every candidate's `max_load` is above 0: they have a free slot.
    """
    first, second, third = (_KEYS[by] for by in dict.fromkeys((*policy.rank, *RankBy)))
    return tuple(nsmallest(SHOWN, candidates, key=lambda one: (first(one), second(one), third(one), one.agent_id)))
