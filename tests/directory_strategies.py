"""Records of a directory with few ids, so that they meet: of every type."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from services.intake.domain.directory_links import link_faults
from services.intake.domain.directory_others import RecordsOf
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_promises import (
    Calendar,
    Conditions,
    DayOff,
    EscalationRule,
    EscalationStep,
    OnReopen,
    SlaPolicy,
    Target,
    Trigger,
    When,
)
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
from shared.events.ticket_values import Channel, Clock, Priority, Status, Tier

ValueT = TypeVar("ValueT")

DAYTIME = WorkingHours("Europe/Berlin", (WorkingSpan(Weekday.FRIDAY, time(9), time()),))
TEAMS = st.sampled_from(["support", "billing", "sales"])
AGENTS = st.sampled_from(["ada", "ben", "lea", "zoe"])
_SKILLS = st.sampled_from(["vpn", "printers", "no", "10:30"])
_DOMAINS = st.sampled_from(["acme.example", "b.example", "c.example"])
_CALENDARS = st.sampled_from(["week", "1"])
_RULES = st.sampled_from(["fire", "yes", "breach", "next"])
_TAGS = st.sampled_from(["urgent", "on", "1_000", "# fire", "größe"])


def several(values: st.SearchStrategy[ValueT], least: int = 0) -> st.SearchStrategy[tuple[ValueT, ...]]:
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
    st.none() | _CALENDARS,
    type=st.just("team"),
)
_CATEGORY = st.builds(
    Category,
    TEAMS,
    st.lists(st.builds(RequiredSkill, _SKILLS, st.booleans()), max_size=2, unique_by=lambda s: s.skill).map(tuple),
    type=st.just("category"),
)
_ORGANISATION = st.builds(
    Organisation,
    st.just("Acme"),
    several(_DOMAINS),
    st.none() | st.just("no"),
    st.none() | _CALENDARS,
    type=st.just("organisation"),
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

_DAY = st.dates(date(2026, 1, 1), date(2027, 12, 31))
_CALENDAR = st.builds(
    Calendar,
    st.sampled_from([DAYTIME, replace(DAYTIME, timezone="UTC")]),
    st.just("DE"),
    st.none() | st.just("BY"),
    st.lists(st.builds(DayOff, _DAY, _TAGS), max_size=2, unique_by=lambda off: off.day).map(tuple),
    type=st.just("calendar"),
)
_CONDITIONS = st.builds(
    Conditions,
    several(st.sampled_from(Priority)),
    several(st.sampled_from(["hardware/printer", "no"])),
    several(st.sampled_from(Channel)),
    several(st.sampled_from(["acme", "1"])),
    several(TEAMS),
    several(_TAGS),
)
_MINUTES = st.none() | st.integers(1, 10_000)
_TARGET = st.builds(Target, st.sampled_from(Priority), st.integers(1, 60), _MINUTES, _MINUTES, st.booleans())
_SLA = st.builds(
    SlaPolicy,
    st.lists(_TARGET, min_size=1, unique_by=lambda target: target.priority).map(tuple),
    st.integers(0, 200),
    _CONDITIONS,
    _CALENDARS,
    several(st.sampled_from([Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL])),
    st.sampled_from(OnReopen),
    st.integers(1, 99),
    st.booleans(),
    type=st.just("sla_policy"),
)
_WHEN = st.one_of(
    st.builds(When, st.sampled_from([Trigger.AT_RISK, Trigger.BREACHED]), several(st.sampled_from(Clock))),
    st.builds(When, st.just(Trigger.SILENT), minutes=st.integers(1, 600)),
    st.builds(When, st.just(Trigger.SENTIMENT), below=st.floats(-1, 1)),
    st.builds(When, st.just(Trigger.REOPENED), times=st.integers(1, 9)),
    st.builds(When, st.just(Trigger.ESCALATED), by=several(_RULES)),
)


def _with_tier(rule: EscalationRule) -> EscalationRule:
    return replace(rule, target_tier=Tier.SENIOR if EscalationStep.REASSIGN in rule.steps else None)


_ESCALATION = st.builds(
    EscalationRule,
    _WHEN,
    several(st.sampled_from(EscalationStep), 1),
    _CONDITIONS,
    st.none(),
    st.booleans(),
    type=st.just("escalation_rule"),
).map(_with_tier)


def _kept(ids: st.SearchStrategy[str], one: st.SearchStrategy[Record]) -> st.SearchStrategy[tuple[str, Record]]:
    return st.tuples(ids, one).map(lambda pair: (f"{KINDS[type(pair[1])]}/{pair[0]}", pair[1]))


KEPT: st.SearchStrategy[tuple[str, Record]] = st.one_of(
    _kept(TEAMS, _TEAM),
    _kept(AGENTS, _AGENT),
    _kept(st.sampled_from(["hardware/printer", "on"]), _CATEGORY),
    _kept(st.sampled_from(["acme", "1"]), _ORGANISATION),
    _kept(_RULES, _RULE),
    _kept(_RULES, _ESCALATION),
    _kept(st.just("routing"), _POLICY),
    _kept(_CALENDARS, _CALENDAR),
    _kept(st.sampled_from(["gold", "no"]), _SLA),
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
