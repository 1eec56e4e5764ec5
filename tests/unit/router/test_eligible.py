"""Who can take a ticket, who is left out for which reason, and who gets it: against looking at every agent."""

from collections import Counter
from dataclasses import dataclass
from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.decisions import Decision, Queue, Reserve
from shared.events.agent import AgentLimitSet, AgentStatus, AgentStatusSet, SlotPurpose, SlotReserved
from shared.events.directory_hours import OutOfOffice, Weekday, WorkingHours, WorkingSpan
from shared.events.directory_records import Category, RequiredSkill
from shared.events.routing import AgentRecorded, Presence, PresenceChanged
from shared.events.routing_values import Candidate, Explanation, LeftOut, QueueReason
from shared.events.ticket_values import Tier
from tests.routing import AT, T1, Log, slot_of

HOUR = timedelta(hours=1)
SKILLS = ("printer", "network", "mail")
CATEGORY = Category("red", (RequiredSkill("printer"), RequiredSkill("vpn", optional=True)))
HOURS = {
    None: True,
    WorkingHours("UTC", (WorkingSpan(Weekday.MONDAY, time(9), time(0)),)): True,
    WorkingHours("UTC", (WorkingSpan(Weekday.TUESDAY, time(9), time(17)),)): False,
    WorkingHours("Asia/Tokyo", (WorkingSpan(Weekday.MONDAY, time(9), time(17)),)): False,
}
ABSENCES = {
    None: False,
    OutOfOffice(AT - HOUR): True,
    OutOfOffice(AT - HOUR, AT + HOUR): True,
    OutOfOffice(AT - HOUR, AT): False,
    OutOfOffice(AT + HOUR): False,
}


@dataclass(frozen=True)
class Someone:
    record: AgentRecorded
    max_load: int
    held: int
    active: bool
    status: AgentStatus
    presence: Presence


MOSTLY = st.sampled_from([True, True, True, True, False])
RECORDS = st.builds(
    AgentRecorded,
    team_id=st.sampled_from(["red", "blue"]),
    tier=st.just(Tier.AGENT),
    skills=st.dictionaries(st.sampled_from([*SKILLS, "vpn"]), st.integers(1, 5)),
    languages=st.lists(st.sampled_from(["de", "en"]), unique=True).map(tuple),
    working_hours=st.sampled_from([None, None, *HOURS]),
    out_of_office=st.sampled_from([None, None, None, *ABSENCES]),
    active=MOSTLY,
)
AGENTS = st.dictionaries(
    st.sampled_from(["ada", "ben", "cem", "dora", "eve", "fay", "gus"]),
    st.builds(
        Someone,
        record=RECORDS,
        max_load=st.integers(0, 4),
        held=st.integers(0, 3),
        active=MOSTLY,
        status=st.sampled_from([AgentStatus.ONLINE, AgentStatus.ONLINE, AgentStatus.ONLINE, AgentStatus.BUSY]),
        presence=st.sampled_from([Presence.PRESENT, Presence.PRESENT, Presence.PRESENT, Presence.ABSENT]),
    ),
)


@dataclass(frozen=True)
class Wanted:
    """What the ticket says, and what of it is to be found in an agent."""

    team: str | None
    category: str | None
    tags: tuple[str, ...]
    language: str | None

    @property
    def of_team(self) -> str | None:
        return self.team or ("red" if self.category == "printer" else None)

    def required(self, agents: dict[str, Someone]) -> tuple[str, ...]:
        asked = ("printer", "vpn") if self.category == "printer" else ()
        known = {"printer", "vpn"}.union(*(one.record.skills for one in agents.values()))
        return (*asked, *(tag for tag in self.tags if tag in known and tag not in asked))


WANTED = st.builds(
    Wanted,
    team=st.sampled_from([None, None, "red", "blue", "nobodys"]),
    category=st.sampled_from([None, None, "printer", "unknown"]),
    tags=st.lists(st.sampled_from([*SKILLS, "label"]), unique=True, max_size=2).map(tuple),
    language=st.sampled_from([None, None, "de", "fr"]),
)


def left_out(one: Someone, wanted: Wanted, required: tuple[str, ...]) -> LeftOut | None:
    reasons = {
        LeftOut.INACTIVE: not (one.active and one.record.active),
        LeftOut.OTHER_TEAM: wanted.of_team not in (None, one.record.team_id),
        LeftOut.OUT_OF_OFFICE: ABSENCES[one.record.out_of_office],
        LeftOut.OUTSIDE_WORKING_HOURS: not HOURS[one.record.working_hours],
        LeftOut.NOT_ONLINE: one.status is not AgentStatus.ONLINE,
        LeftOut.HEARTBEAT_STALE: one.presence is Presence.ABSENT,
        LeftOut.LANGUAGE: not _speaks(one, wanted),
        LeftOut.SKILLS: not set(required) <= set(one.record.skills),
        LeftOut.NO_FREE_SLOT: one.held >= one.max_load,
    }
    return next((reason for reason in LeftOut if reasons.get(reason)), None)


def _speaks(one: Someone, wanted: Wanted) -> bool:
    return wanted.language is None or not one.record.languages or wanted.language in one.record.languages


def why(agents: dict[str, Someone], wanted: Wanted) -> tuple[QueueReason, tuple[str, ...]]:
    required = wanted.required(agents)
    members = [
        one
        for one in agents.values()
        if left_out(one, wanted, required) not in (LeftOut.INACTIVE, LeftOut.OTHER_TEAM)
    ]
    skilled = [one for one in members if set(required) <= set(one.record.skills)]
    speaking = [one for one in skilled if _speaks(one, wanted)]
    if not members:
        return QueueReason.NO_TEAM_MEMBER, ()
    if not skilled:
        nobodys = tuple(name for name in required if not any(name in one.record.skills for one in members))
        return QueueReason.NO_SKILL, nobodys or required
    if not speaking:
        return QueueReason.NO_LANGUAGE, ()
    if all(left_out(one, wanted, required) is LeftOut.NO_FREE_SLOT for one in speaking if _there(one)) and any(
        _there(one) for one in speaking
    ):
        return QueueReason.EVERYBODY_FULL, ()
    return QueueReason.NOBODY_AVAILABLE, ()


def _there(one: Someone) -> bool:
    return (
        HOURS[one.record.working_hours]
        and not ABSENCES[one.record.out_of_office]
        and one.status is AgentStatus.ONLINE
        and one.presence is Presence.PRESENT
    )


def expected(agents: dict[str, Someone], wanted: Wanted, log: Log) -> Decision:
    required = wanted.required(agents)
    reasons = {name: left_out(one, wanted, required) for name, one in agents.items()}
    candidates = [
        Candidate(name, one.held, one.max_load, sum(one.record.skills[skill] for skill in required))
        for name, one in agents.items()
        if reasons[name] is None
    ]
    candidates.sort(key=lambda one: (one.load / one.max_load, -one.proficiency, one.agent_id))
    counted = Counter(reason for reason in reasons.values() if reason is not None)
    explanation = Explanation(
        position=len(log.recorded) - 1,
        decided_at=log.now,
        ticket_version=1,
        directory_offset=0,
        policy_version=0,
        team_id=wanted.of_team,
        language=wanted.language,
        required=required,
        eligible=len(candidates),
        candidates=tuple(candidates[:5]),
        left_out=dict(counted),
    )
    if candidates:
        return Reserve(T1, candidates[0].agent_id, explanation)
    return Queue(T1, *why(agents, wanted), explanation)


@given(AGENTS, WANTED)
def test_a_decision_is_that_of_looking_at_every_agent(agents: dict[str, Someone], wanted: Wanted) -> None:
    log = Log()
    log.say("categories/printer", CATEGORY)
    for name, one in agents.items():
        log.say(f"agents/{name}", one.record)
        log.say(name, AgentLimitSet(one.max_load, one.active, directory_version=1))
        log.say(name, AgentStatusSet(one.status))
        log.say(f"presence/{name}", PresenceChanged(one.presence, log.now))
        for number in range(one.held):
            held = SlotReserved(slot_of(name, number), slot_of("ticket", number), SlotPurpose.ASSIGNED, 1, 5)
            log.say(name, held)
    decided = log.ticket(
        T1, team=wanted.team, category=wanted.category, tags=wanted.tags, language=wanted.language
    )
    assert decided == [expected(agents, wanted, log)]
