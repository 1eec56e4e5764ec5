"""The directory as a file: what it means, what is wrong in it and where, and that it comes out as it went in."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from services.intake.api.directory_copies import body_of
from services.intake.domain.directory_warnings import warnings_of
from services.ops.directory.applying import change_to, records_of
from services.ops.directory.demo import demo_text
from services.ops.directory.file import KIND, Bodies, BrokenDirectory, parse, read_directory, text_of
from services.ops.trouble import Trouble
from shared.events.directory_records import Record
from shared.events.personal import IdentityCodec
from tests.directing import RECORDS
from tests.directory_strategies import DIRECTORIES

GOOD = """\
teams:
  support: {name: Support, leads: [lea]}
agents:
  lea: {name: Lea, team_id: support}
"""


def bodies(records: dict[str, Record]) -> Bodies:
    return {key: body_of(key.partition("/")[2], record, IdentityCodec()) for key, record in records.items()}


def faults(text: str, present: Bodies | None = None, *, prune: bool = False) -> list[str]:
    with pytest.raises(BrokenDirectory) as broken:
        change_to(parse(text, "it"), present or {}, "it", prune=prune)
    first, *rest = str(broken.value).split("\n  ")
    assert first == "it is no directory:"
    return rest


@settings(deadline=None)
@given(DIRECTORIES)
def test_what_is_exported_and_applied_changes_nothing(records: dict[str, Record]) -> None:
    present = bodies(records)
    text = text_of(present)
    filed = parse(text, "it")
    assert filed.bodies == present
    assert text_of(filed.bodies) == text
    assert records_of(filed.bodies) == records
    change = change_to(filed, present, "it", prune=True)
    assert (list(change.lines()), list(change.steps()), change.added, change.changed, change.removed) == (
        [],
        [],
        0,
        0,
        (),
    )


def test_a_file_is_written_in_one_order_without_what_goes_without_saying() -> None:
    assert (
        text_of(bodies({**RECORDS}))
        == """\
calendars:
  week:
    hours:
      timezone: Europe/Berlin
      spans:
      - day: monday
        begins: 09:00
        ends: '17:00'
    country: DE
    subdivision: BY
    days_off:
    - day: '2026-03-02'
      name: move
teams:
  billing:
    name: Billing
    fallback_team_id: support
  support:
    name: Support
    leads:
    - lea
agents:
  ada:
    name: Ada
    team_id: support
    skills:
      printers: 4
  ben:
    name: Ben
    team_id: billing
  lea:
    name: Lea
    team_id: support
    tier: lead
categories:
  hardware/printer:
    team_id: support
    skills:
    - skill: printers
organisations:
  acme:
    name: Acme
    domains:
    - acme.example
    language: en
rules:
  breach:
    type: escalation_rule
    when:
      trigger: breached
    steps:
    - raise_priority
  fire:
    words:
    - fire
    - smoke
    tags:
    - urgent
policies:
  gold:
    targets:
    - priority: P1
      first_response_minutes: 60
      next_reply_minutes: 60
      resolution_minutes: 240
    - priority: P3
      resolution_minutes: 600
      business_hours_only: true
    conditions:
      organisations:
      - acme
    calendar_id: week
  routing:
    weights:
      ada: 2
"""
    )


def test_words_are_words_whatever_yaml_made_of_them_once() -> None:
    text = """\
teams:
  on: {name: "no"}
  1: {name: yes}
agents:
  no:
    name: 2026-01-01
    team_id: on
    languages: [no]
    skills: {10:30: 3, yes: 1}
    working_hours:
      timezone: UTC
      spans: [{day: monday, begins: 10:00, ends: 12:30}]
"""
    assert (
        text_of(parse(text, "it").bodies)
        == """\
teams:
  '1':
    name: 'yes'
  'on':
    name: 'no'
agents:
  'no':
    name: '2026-01-01'
    team_id: 'on'
    skills:
      '10:30': 3
      'yes': 1
    languages:
    - 'no'
    working_hours:
      timezone: UTC
      spans:
      - day: monday
        begins: '10:00'
        ends: '12:30'
"""
    )


def test_a_part_that_is_said_once_can_be_used_again() -> None:
    text = """\
teams: {support: {name: Support}}
agents:
  ada: &usual {name: Ada, team_id: support, max_load: 3}
  ben: {<<: *usual, name: Ben}
"""
    found = records_of(parse(text, "it").bodies)
    assert [getattr(found[key], "max_load", None) for key in ("agents/ada", "agents/ben")] == [3, 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", ["the file: it has no kinds, as teams or agents"]),
        (
            "people: {}",
            [f"people: there is no such kind; there are {', '.join(KIND)}"],
        ),
        ("teams: [support]", ["teams: it holds no records by their ids"]),
        ("teams: {support: }", ["teams.support.name: it is missing"]),
        (
            "teams: {support: {nmae: x}}",
            ["teams.support.name: it is missing", "teams.support.nmae: there is no such field"],
        ),
        (
            "teams: {.x: {name: x}}",
            [
                (
                    "teams..x: '.x' cannot be an id in teams: an id is 1 to 255 letters, digits and any of "
                    ". _ | @ : + = ~ -, beginning with a letter or digit."
                )
            ],
        ),
        (
            "teams: {x: {name: X, leads: [zoe]}}",
            ["teams.x.leads: there is no agents/zoe in the directory"],
        ),
        (
            "teams: {x: {name: X, fallback_team_id: y}, y: {name: Y, fallback_team_id: x}}",
            [
                "teams.x.fallback_team_id: that would be a loop, teams/x to teams/y to teams/x",
                "teams.y.fallback_team_id: that would be a loop, teams/y to teams/x to teams/y",
            ],
        ),
        (
            GOOD + "  ada: {name: Ada, team_id: support, skills: {vpn: 6}}",
            ["agents.ada.skills.vpn: Input should be less than or equal to 5"],
        ),
        (
            GOOD + "  ada: {name: Ada, team_id: support, max_load: many}",
            ["agents.ada.max_load: Input should be a valid integer"],
        ),
        (
            GOOD + "  ada: {name: Ada, team_id: support, languages: [xx]}",
            ["agents.ada.languages: 'xx' is no ISO 639-1 code, as en or de"],
        ),
        (
            GOOD + "policies: {routing: {leads_after: 5m}}",
            ["policies.routing.leads_after: it is no duration of ISO 8601, as PT5M or P1D"],
        ),
        (
            GOOD + "policies: {sla: {}}",
            [
                "policies.sla: policies/routing is the routing policy, and every other policy is an SLA policy.",
            ],
        ),
        (
            "organisations: {a: {name: A, domains: [x.example]}, b: {name: B, domains: [x.example]}}",
            [
                "organisations.a.domains: x.example is that of organisations/b",
                "organisations.b.domains: x.example is that of organisations/a",
            ],
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_path(text: str, said: list[str]) -> None:
    assert faults(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("teams: {x: {name: X}, x: {name: Y}}", "'x' is there twice"),
        ("teams: {", "expected the node content"),
        ("? [a]\n: b", "a name is a text"),
        ("!!python/object:os.system {}", "could not determine a constructor"),
    ],
)
def test_what_is_no_yaml_is_said(text: str, said: str) -> None:
    assert said in " ".join(faults(text))


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be read: No such file or directory"):
        read_directory(tmp_path / "nothing.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"teams: {x: {name: \xe9}}")
    with pytest.raises(Trouble, match="is not UTF-8 text"):
        read_directory(tmp_path / "latin.yaml")


def test_what_would_leave_others_without_it_is_not_pruned() -> None:
    present = bodies(dict(RECORDS))
    text = text_of({key: body for key, body in present.items() if key != "agents/ada"})
    without_policy = text[: text.index("policies:")]
    assert faults(without_policy, present, prune=True) == [
        "policies.routing.weights: there is no agents/ada in the directory"
    ]
    kept = change_to(parse(without_policy, "it"), present, "it", prune=False)
    assert (kept.removed, list(kept.lines())) == ((), [])
    pruned = change_to(parse(text.replace("ada: 2", "ben: 2"), "it"), present, "it", prune=True)
    assert list(pruned.lines()) == [
        "~ policies/routing",
        "    weights.ada: 2 -> nothing",
        "    weights.ben: nothing -> 2",
        "- agents/ada",
    ]


def test_a_difference_is_told_field_by_field() -> None:
    present = bodies(dict(RECORDS))
    text = """\
agents:
  ada: {name: "Ada\\e[31m", team_id: support, skills: {printers: 5, vpn: 2}, max_load: 0}
  zoe: {name: Zoë, team_id: billing, manager_id: ada, skills: {vpn: 1}}
"""
    change = change_to(parse(text, "it"), present, "it", prune=False)
    assert list(change.lines()) == [
        "~ agents/ada",
        '    name: "Ada" -> "Ada\\u001b[31m"',
        "    max_load: 5 -> 0",
        "    skills.printers: 4 -> 5",
        "    skills.vpn: nothing -> 2",
        "+ agents/zoe",
        '    name: "Zoë"',
        '    team_id: "billing"',
        '    manager_id: "ada"',
        "    skills.vpn: 1",
    ]
    assert (change.added, change.changed, change.removed) == (1, 1, ())


def test_a_team_without_leads_is_a_warning() -> None:
    warned = {key: warnings_of(record) for key, record in RECORDS.items() if warnings_of(record)}
    assert warned == {
        "teams/billing": ["it has no leads, so the leads of support are asked when its tickets wait too long"]
    }


def test_the_demo_is_in_order() -> None:
    filed = parse(demo_text(), "demo.yaml")
    change = change_to(filed, {}, "demo.yaml", prune=False)
    end: dict[str, Any] = change.end()
    assert [warning for record in end.values() for warning in warnings_of(record)] == []
    assert (end["agents/ada"].tier, end["agents/ada"].team_id) == ("agent", "support")
    led = {lead for key, team in end.items() if key.startswith("teams/") for lead in team.leads}
    assert {end[f"agents/{lead}"].tier for lead in led} == {"lead"}
    skills = {skill for key, agent in end.items() if key.startswith("agents/") for skill in agent.skills}
    asked = {each.skill for key, one in end.items() if key.startswith("categories/") for each in one.skills}
    assert asked <= skills
