"""Ranking and the waiting order against plain sorting; working hours against the calendar."""

from datetime import UTC, datetime, time, timedelta
from functools import cmp_to_key, partial
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.hours import working
from services.router.domain.need import Need
from services.router.domain.rank import LONG_AGO, Standings, rank
from services.router.domain.waiting import Waiting
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_records import RankBy, RoutingPolicy
from shared.events.routing_values import Candidate
from shared.events.ticket_values import Priority
from tests.routing import AT

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - given its zone at once
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.text("abc", min_size=1, max_size=3),
        st.integers(0, 4),
        st.integers(5, 6),
        st.integers(0, 2),
        st.none() | st.sampled_from([AT, AT + timedelta(seconds=1)]),
        st.sampled_from([0.0, 0.5]),
    ),
    max_size=12,
    unique_by=lambda one: one.agent_id,
)


def worse(one: Candidate, other: Candidate, order: tuple[RankBy, ...]) -> int:
    """Whether `other` goes before `one`, key by key, as the policy reads."""
    for by in order:
        match by:
            case RankBy.LOAD:
                difference: float = one.load * other.max_load - other.load * one.max_load
            case RankBy.PROFICIENCY:
                difference = other.proficiency - one.proficiency
            case RankBy.IDLE:
                difference = one.turns - other.turns or _later(one.last_assigned_at, other.last_assigned_at)
        if difference:
            return 1 if difference > 0 else -1
    return 1 if one.agent_id > other.agent_id else -1


def _later(one: datetime | None, other: datetime | None) -> int:
    if one == other:
        return 0
    if one is None:
        return -1
    return 1 if other is None or one > other else -1


def standings(candidates: list[Candidate]) -> Standings:
    return Standings(
        [one.agent_id for one in candidates],
        [one.load / one.max_load for one in candidates],
        [one.proficiency for one in candidates],
        [(one.turns, one.last_assigned_at or LONG_AGO) for one in candidates],
    )


@given(CANDIDATES, st.permutations(list(RankBy)), st.integers(0, 3))
def test_the_best_five_are_those_of_a_pairwise_comparison(
    candidates: list[Candidate], order: list[RankBy], named: int
) -> None:
    policy = RoutingPolicy(rank=tuple(order[:named]))
    whole = (*order[:named], *(by for by in RankBy if by not in order[:named]))
    expected = sorted(candidates, key=cmp_to_key(partial(worse, order=whole)))
    assert rank(standings(candidates), policy) == [one.agent_id for one in expected[:5]]


ORDERS = st.tuples(st.sampled_from(Priority), MOMENTS, MOMENTS)


@given(st.dictionaries(st.integers(1, 30), st.tuples(ORDERS, st.sampled_from(["a", "b", None]))), st.data())
def test_the_first_who_suits_is_the_first_of_a_plain_sort(
    places: dict[int, tuple[tuple[Priority, datetime, datetime], str | None]], data: st.DataObject
) -> None:
    waiting, plain = Waiting(), dict[UUID, tuple[tuple[Priority, datetime, datetime, UUID], str | None]]()
    for number, (order, team) in places.items():
        ticket = UUID(int=number)
        plain[ticket] = (*order, ticket), team
        waiting.put(ticket, Need(team), (*order, ticket))
    for ticket in data.draw(st.lists(st.sampled_from(sorted(plain)), unique=True) if plain else st.just([])):
        waiting.remove(ticket)
        del plain[ticket]
    suiting = data.draw(st.sets(st.sampled_from(["a", "b", None])))
    expected = (
        min((order, ticket) for ticket, (order, team) in plain.items() if team in suiting)
        if any(team in suiting for _, team in plain.values())
        else (None, None)
    )
    assert waiting.first(lambda need: need.team_id in suiting) == expected[1]
    assert waiting.all() == sorted(plain, key=lambda ticket: plain[ticket][0])


HOURS = WorkingHours(
    "Europe/Berlin",
    (
        WorkingSpan(Weekday.MONDAY, time(9), time(12)),
        WorkingSpan(Weekday.MONDAY, time(13), time(17, 30)),
        WorkingSpan(Weekday.SUNDAY, time(1), time(4)),
        WorkingSpan(Weekday.FRIDAY, time(22), time(0)),
    ),
)


@given(st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 5)))  # noqa: DTZ001 - a wall clock
def test_working_hours_are_the_wall_clocks_and_hold_until_the_moment_named(naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    inside, until = working(HOURS, now)
    assert inside == _on_the_wall(now)
    assert until > now
    step = (until - now) / 7
    if step > timedelta(minutes=1):
        assert {_on_the_wall(now + step * part) for part in range(7)} == {inside}


def _on_the_wall(now: datetime) -> bool:
    local = now.astimezone(ZoneInfo("Europe/Berlin"))
    minute = local.hour * 60 + local.minute
    match local.strftime("%a"):
        case "Mon":
            return 540 <= minute < 720 or 780 <= minute < 1050
        case "Sun":
            return 60 <= minute < 240
        case "Fri":
            return minute >= 1320
        case _:
            return False
