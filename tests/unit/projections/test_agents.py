"""Agents, their skills and teams, their load and presence: folds of three streams."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.projections.read_models import agent_loads, agent_presence, agent_skills, agents, teams
from services.projections.read_models.agent_loads import LoadRow
from services.projections.read_models.agent_presence import PresenceRow
from services.projections.read_models.agent_skills import SkillsRow
from services.projections.read_models.agents import AgentRow
from services.projections.read_models.delivered import Placed
from services.projections.read_models.teams import TeamRow
from services.projections.writes.folded import folded
from shared.events.agent import (
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    ReleaseReason,
    SlotPurpose,
    SlotReleased,
    SlotReserved,
)
from shared.events.directory import RecordRemoved, RecordSaved
from shared.events.directory_hours import OutOfOffice
from shared.events.directory_records import Agent, Category, Team, Visibility
from shared.events.envelope import Event
from shared.events.personal import IdentityCodec, Plain
from shared.events.routing import Presence, PresenceChanged
from shared.events.ticket_values import Tier
from tests.projecting import AT, MINUTE, TICKET, told

SLOT = UUID("0189d3f4-0000-7000-8000-0000000000aa")
AWAY = OutOfOffice(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 8, tzinfo=UTC))
ADA = Agent(
    Plain("Ada Lovelace"),
    "support",
    Tier.SENIOR,
    7,
    Plain("ada@example.com"),
    "lea",
    {"printers": 4, "fire": 2},
    ("en", "de"),
    out_of_office=AWAY,
    visibility=Visibility.TEAM,
)
ADAS_ROW = AgentRow(
    "ada",
    1,
    removed=False,
    name="Ada Lovelace",
    email="ada@example.com",
    team_id="support",
    tier=Tier.SENIOR,
    manager_id="lea",
    max_load=7,
    languages=("en", "de"),
    out_of_office_from=AWAY.begins,
    out_of_office_until=AWAY.ends,
    visibility=Visibility.TEAM,
    active=True,
)

agents_evolve = partial(agents.evolve, codec=IdentityCodec())


def placed(*events: Event[Any]) -> list[Placed[Any]]:
    return [Placed(0, offset, event) for offset, event in enumerate(events)]


def rows(evolve: Callable[[Any, Placed[Any]], Any], *events: Event[Any]) -> list[Any]:
    return [row for _, row in folded(placed(*events), evolve)]


SAVED = told("agents/ada", RecordSaved(ADA), 1)
CHANGED = told("agents/ada", RecordSaved(replace(ADA, skills={"printers": 5}, out_of_office=None)), 2)
REMOVED = told("agents/ada", RecordRemoved(), 3)
TEAM = told("teams/support", RecordSaved(Team("Support", ("lea", "leo"), "billing")), 1)
NO_TEAM = told("teams/support", RecordRemoved(), 2)
CATEGORY = told("categories/ada", RecordSaved(Category("support")), 1)
NO_CATEGORY = told("categories/ada", RecordRemoved(), 2)


def test_an_agent_is_as_their_newest_record_says() -> None:
    assert rows(agents_evolve, SAVED, TEAM, CATEGORY) == [ADAS_ROW]
    assert rows(agents_evolve, SAVED, CHANGED) == [
        ADAS_ROW._replace(version=2, out_of_office_from=None, out_of_office_until=None)
    ]


def test_a_removed_record_keeps_its_version_and_no_values() -> None:
    assert rows(agents_evolve, SAVED, CHANGED, REMOVED) == [AgentRow("ada", 3, removed=True)]
    assert rows(teams.evolve, TEAM, NO_TEAM) == [TeamRow("support", 2, removed=True)]
    assert rows(agent_skills.evolve, SAVED, REMOVED) == [SkillsRow("ada", 3, {})]


def test_a_team_and_skills() -> None:
    assert rows(teams.evolve, SAVED, TEAM) == [
        TeamRow("support", 1, name="Support", leads=("lea", "leo"), fallback_team_id="billing")
    ]
    assert rows(agent_skills.evolve, SAVED, TEAM) == [SkillsRow("ada", 1, {"printers": 4, "fire": 2})]
    assert rows(agent_skills.evolve, SAVED, CHANGED) == [SkillsRow("ada", 2, {"printers": 5})]


@pytest.mark.parametrize("evolve", [agents_evolve, teams.evolve, agent_skills.evolve])
def test_records_of_other_kinds_with_the_same_id_are_not_theirs(evolve: Callable[[Any, Placed[Any]], Any]) -> None:
    assert rows(evolve, CATEGORY, NO_CATEGORY) == []


RESERVED = SlotReserved(SLOT, TICKET, SlotPurpose.ROUTED, load=1, max_load=7)
LOG = (
    told("ada", AgentLimitSet(7, active=True, directory_version=1), 1),
    told("ada", AgentStatusSet(AgentStatus.ONLINE), 2),
    told("ada", RESERVED, 3),
    told("ada", SlotReleased(SLOT, TICKET, ReleaseReason.LEFT, load=0), 4),
    told("ada", replace(RESERVED, load=1), 5),
    told("ada", AgentStatusSet(AgentStatus.BUSY), 6),
)


def test_an_agents_load_is_what_the_last_slot_said() -> None:
    steps = [rows(agent_loads.evolve, *LOG[:count]) for count in range(1, 7)]
    assert steps == [
        [LoadRow("ada", 1, None, None, 7)],
        [LoadRow("ada", 2, AgentStatus.ONLINE, None, 7)],
        [LoadRow("ada", 3, AgentStatus.ONLINE, 1, 7)],
        [LoadRow("ada", 4, AgentStatus.ONLINE, 0, 7)],
        [LoadRow("ada", 5, AgentStatus.ONLINE, 1, 7)],
        [LoadRow("ada", 6, AgentStatus.BUSY, 1, 7)],
    ]


def test_presence_is_the_last_that_was_told() -> None:
    there = told("ada", PresenceChanged(Presence.PRESENT, AT), 1)
    gone = told("ada", PresenceChanged(Presence.ABSENT, AT + MINUTE), 2)
    assert rows(agent_presence.evolve, there, gone) == [PresenceRow("ada", 1, Presence.ABSENT, AT + MINUTE)]


@pytest.mark.parametrize(
    ("evolve", "events"),
    [
        (agents_evolve, (SAVED, CHANGED, REMOVED)),
        (agents_evolve, (SAVED, CHANGED)),
        (teams.evolve, (TEAM, NO_TEAM)),
        (agent_skills.evolve, (SAVED, CHANGED)),
        (agent_loads.evolve, LOG),
    ],
)
def test_what_is_delivered_again_changes_nothing(
    evolve: Callable[[Any, Placed[Any]], Any], events: tuple[Event[Any], ...]
) -> None:
    once = rows(evolve, *events)
    assert [row for _, row in folded([*placed(*events), *placed(*events)], evolve)] == once
    for again in placed(*events):
        assert [evolve(row, again) for row in once] == once
