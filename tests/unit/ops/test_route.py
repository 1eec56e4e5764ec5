"""`casefold route --dry-run`: what a file changes for the router, and what is said of it."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.ops.__main__ import main
from services.ops.directory.applying import Change, change_to
from services.ops.directory.file import parse
from services.ops.routing.changes import changes_of, left_aside
from services.ops.routing.command import lines
from services.router.domain.replay import Difference, Replay
from shared.events.agent import AgentLimitSet
from shared.events.directory_records import RankBy, RoutingPolicy, Team
from shared.events.routing import AgentRecorded
from shared.events.ticket_values import Tier

NOW = """
teams: {support: {name: Support, leads: [ada]}}
agents:
  ada: {name: Ada, team_id: support, skills: {printers: 3}}
  ben: {name: Ben, team_id: support}
organisations: {acme: {name: Acme, domains: [acme.example]}}
rules: {fire: {words: [fire], tags: [urgent]}}
policies: {routing: {rank: [load, proficiency, idle]}}
"""
ADA = AgentRecorded("support", Tier.AGENT, {"printers": 3})
ONE, TWO = UUID(int=1), UUID(int=2)


def filed(text: str, *, prune: bool = False) -> Change:
    return change_to(parse(text, "new.yaml"), parse(NOW, "now.yaml").bodies, "new.yaml", prune=prune)


def test_the_same_directory_changes_nothing() -> None:
    assert changes_of(filed(NOW)) == {}
    assert changes_of(filed(NOW, prune=True)) == {}
    assert left_aside(filed(NOW)) == []


def test_another_policy_and_another_team() -> None:
    text = "teams: {support: {name: First, leads: [ada]}}\npolicies: {routing: {rank: [proficiency, load, idle]}}"
    assert changes_of(filed(text)) == {
        "teams/support": Team("First", ("ada",)),
        "policies/routing": RoutingPolicy((RankBy.PROFICIENCY, RankBy.LOAD, RankBy.IDLE)),
    }


def test_of_an_agent_the_record_and_the_limit_are_told_apart() -> None:
    skilled = "agents: {ada: {name: Ada, team_id: support, skills: {printers: 5}}}"
    assert changes_of(filed(skilled)) == {"agents/ada": replace(ADA, skills={"printers": 5})}
    limited = "agents: {ada: {name: Ada, team_id: support, skills: {printers: 3}, max_load: 1}}"
    assert changes_of(filed(limited)) == {"ada": AgentLimitSet(1, active=True, directory_version=0)}
    renamed = "agents: {ada: {name: Ada L., team_id: support, skills: {printers: 3}}}"
    assert changes_of(filed(renamed)) == {}
    hired = "agents: {cem: {name: Cem, team_id: support, max_load: 2}}"
    assert changes_of(filed(hired)) == {
        "agents/cem": AgentRecorded("support", Tier.AGENT, {}),
        "cem": AgentLimitSet(2, active=True, directory_version=0),
    }


def test_pruned_an_agent_is_removed_and_carries_nothing() -> None:
    without_ben = "agents: {ada: {name: Ada, team_id: support, skills: {printers: 3}}}"
    assert changes_of(filed(without_ben)) == {}
    assert changes_of(filed(without_ben, prune=True)) == {
        "agents/ben": None,
        "ben": AgentLimitSet(0, active=False, directory_version=0),
    }


def test_what_bears_on_tickets_as_they_are_opened_is_left_aside() -> None:
    text = "organisations: {acme: {name: Acme, language: de}}\nrules: {}"
    assert changes_of(filed(text, prune=True)) == {}
    assert left_aside(filed(text, prune=True)) == ["organisations/acme", "rules/fire"]


def test_differences_in_words() -> None:
    found = Replay(
        12,
        [
            Difference(ONE, 4, "ada", "ben"),
            Difference(TWO, 5, "ada", None),
            Difference(ONE, 6, None, "ben"),
            Difference(TWO, 7, "ada", "ada"),
        ],
    )
    assert list(lines(found, changed=1)) == [
        f"{ONE}: ada got it, and ben would have",
        f"{TWO}: ada got it, and nobody would have then",
        f"{ONE}: ben would have got it, and the router has given it to nobody",
        f"{TWO}: ada would have got it sooner",
        "ada: -2",
        "ben: +2",
        "12 decisions looked at under 1 change: 4 differences.",
    ]
    assert list(lines(Replay(3), changed=0)) == ["3 decisions looked at under what is on record: no difference."]


def test_a_time_that_is_none_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "--dry-run", "--since", "yesterday"]) == 1
    assert capsys.readouterr().err == "error: --since yesterday is no time, as 2026-11-24T12:00 or 2026-11-24\n"
