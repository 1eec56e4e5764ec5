"""Who of those who could take a ticket gets it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nsmallest
from operator import neg

from shared.events.directory_records import RankBy, RoutingPolicy

SHOWN = 5
"""How many candidates a decision names."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)

Idle = tuple[float, datetime]
"""Turns in a weighted round-robin, and the last assignment: the smaller, the longer they had none."""


@dataclass(frozen=True, slots=True)
class Standings:
    """What ranking looks at, of the same agents in the same order: columns, since most are only looked at once.

    `shares` are loads over limits.
    """

    agent_ids: Iterable[str]
    shares: Iterable[float]
    proficiencies: Iterable[int]
    idle: Iterable[Idle]


def rank(standings: Standings, policy: RoutingPolicy) -> list[str]:
    """The best five, best first, lexicographic by the policy's keys and then those it does not name.

    Load ascending, proficiency descending, the longest without an assignment first; ties go to the smaller id.
    """
    columns: dict[RankBy, Iterable[object]] = {
        RankBy.LOAD: standings.shares,
        RankBy.PROFICIENCY: map(neg, standings.proficiencies),
        RankBy.IDLE: standings.idle,
    }
    order = dict.fromkeys((*policy.rank, *RankBy))
    keys = zip(*(columns[by] for by in order), standings.agent_ids, strict=True)
    return [str(key[-1]) for key in nsmallest(SHOWN, keys)]
