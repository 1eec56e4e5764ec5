"""Records of a directory with few ids, so that they meet: teams, agents, categories, organisations, rules."""

from datetime import timedelta

from hypothesis import strategies as st

from services.intake.domain.directory_links import link_faults
from services.intake.domain.directory_others import RecordsOf
from shared.events.directory_records import (
    KINDS,
    Agent,
    Category,
    KeywordRule,
    Organisation,
    Record,
    RequiredSkill,
    RoutingPolicy,
    Team,
)
from shared.events.personal import Plain
from shared.events.ticket_values import Tier

TEAMS = st.sampled_from(["support", "billing", "sales"])
AGENTS = st.sampled_from(["ada", "ben", "lea", "zoe"])
_SKILLS = st.sampled_from(["vpn", "printers", "no", "10:30"])
_DOMAINS = st.sampled_from(["acme.example", "b.example", "c.example"])
_TAGS = st.sampled_from(["urgent", "on", "1_000", "# fire", "größe"])


def several(values: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, min_size=least, max_size=2, unique=True).map(tuple)


_AGENT = st.builds(
    Agent,
    name=st.sampled_from(["Ada", 'O\'Neil: "Bo"', "null", "李"]).map(Plain),
    team_id=TEAMS,
    tier=st.sampled_from(Tier),
    max_load=st.integers(0, 9),
    email=st.none() | st.just(Plain("a@b.example")),
    manager_id=st.none() | AGENTS,
    skills=st.dictionaries(_SKILLS, st.integers(1, 5), max_size=3),
    languages=several(st.sampled_from(["no", "de", "en"])),
    working_hours=st.none(),
    out_of_office=st.none(),
    active=st.booleans(),
    type=st.just("agent"),
)
_TEAM = st.builds(
    Team,
    st.sampled_from(["Support", "123", "~"]),
    several(AGENTS),
    st.none() | TEAMS,
    type=st.just("team"),
)
_CATEGORY = st.builds(
    Category,
    TEAMS,
    st.lists(st.builds(RequiredSkill, _SKILLS, st.booleans()), max_size=2, unique_by=lambda s: s.skill).map(tuple),
    type=st.just("category"),
)
_ORGANISATION = st.builds(
    Organisation, st.just("Acme"), several(_DOMAINS), st.none() | st.just("no"), type=st.just("organisation")
)
_RULE = st.builds(KeywordRule, several(_TAGS, 1), several(_TAGS, 1), type=st.just("keyword_rule"))
_POLICY = st.builds(
    RoutingPolicy,
    rank=st.just(RoutingPolicy().rank),
    weights=st.dictionaries(AGENTS, st.integers(1, 3), max_size=2),
    optional_skill_wait=st.integers(1, 100_000).map(lambda seconds: timedelta(seconds=seconds)),
    leads_after=st.just(timedelta(minutes=1)),
    away_after=st.just(timedelta(days=2)),
    heartbeat_fresh=st.just(timedelta(seconds=1)),
    type=st.just("routing_policy"),
)


def _kept(ids: st.SearchStrategy[str], one: st.SearchStrategy[Record]) -> st.SearchStrategy[tuple[str, Record]]:
    return st.tuples(ids, one).map(lambda pair: (f"{KINDS[type(pair[1])]}/{pair[0]}", pair[1]))


KEPT: st.SearchStrategy[tuple[str, Record]] = st.one_of(
    _kept(TEAMS, _TEAM),
    _kept(AGENTS, _AGENT),
    _kept(st.sampled_from(["hardware/printer", "on"]), _CATEGORY),
    _kept(st.sampled_from(["acme", "1"]), _ORGANISATION),
    _kept(st.sampled_from(["fire", "yes"]), _RULE),
    _kept(st.just("routing"), _POLICY),
)
"""A key, and a record that is right by itself; what it names may not be there."""


def _in_order(wishes: list[tuple[str, Record]]) -> dict[str, Record]:
    """What of them can be together: tried again while more of them can."""
    found: dict[str, Record] = {}
    for _ in range(3):
        for key, record in wishes:
            if not any(link_faults(key, record, RecordsOf(found))):
                tried = {**found, key: record}
                if not any(any(link_faults(each, one, RecordsOf(tried))) for each, one in tried.items()):
                    found = tried
    return found


DIRECTORIES = st.lists(KEPT, max_size=30).map(_in_order)
"""Whole directories in which all is well."""
