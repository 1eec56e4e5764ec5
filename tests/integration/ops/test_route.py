"""`casefold route` on a real suite with its router: explained in words, and tried under another directory."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.router.group import GROUP, TOPICS
from shared.events.directory_records import Category, RequiredSkill
from shared.runtime.groups import provision
from shared.runtime.settings import Settings
from tests.casefold import casefold
from tests.integration.router.conftest import beating, hire, online, person, save
from tests.processing import OPEN, RITA, agent_events, eventually, read_all, send, wish
from tests.suite import SUITE, on_free_ports, running

ADA, ADMIN = ("--as", "agent:ada"), ("--as", "admin:amy")
PROFICIENCY_FIRST = "policies: {routing: {rank: [proficiency, load, idle]}}\n"
WITHOUT_BEN = """
agents:
  ben: {name: Somebody, team_id: support, skills: {printer: 5}, active: false}
rules:
  fire: {words: [fire], tags: [urgent]}
"""
ASIDE = "rules/fire is another too, and is not tried: it bears on new tickets only.\n"
EVERYTHING = {"categories/printer": 1, "presence/ada": 1, "presence/ben": 1, "ada": 2, "ben": 2}
"""What the router is to be told of before there are tickets: of agents a limit and a status."""


@pytest.fixture
def desk(settings: Settings, redis: str) -> Settings:
    mine = on_free_ports(settings.model_copy(update={"redis_url": redis}))
    provision(mine, GROUP, TOPICS)
    return mine


def told(settings: Settings) -> Counter[str]:
    """How often the router was told of each subject."""
    return Counter((message.key() or b"").decode() for message in read_all(settings, "routing.requests"))


def recorded(settings: Settings) -> list[int]:
    topics = ("ticket.commands", "agent.commands", "directory.commands", "routing.requests")
    return [len(read_all(settings, topic)) for topic in topics]


def test_explained_in_words_and_tried_under_another_directory(desk: Settings, tmp_path: Path) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    first, second = uuid4(), uuid4()

    def explained(ticket: UUID) -> list[str]:
        return casefold(desk, "route", "explain", str(ticket), *ADA).stdout.splitlines()

    def tried(text: str | None = None, said: str = "") -> list[str]:
        file = tmp_path / "directory.yaml"
        file.write_text(text or "", encoding="utf-8")
        changed = () if text is None else ("--directory", str(file))
        done = casefold(desk, "route", "--dry-run", "--since", begun.isoformat(), *changed, *ADMIN)
        assert (done.returncode, done.stderr) == (0, said)
        return done.stdout.splitlines()

    with running(desk, [*SUITE, ("services.router",)]), beating(desk, "ada", "ben"):
        hire(desk, ada=person(skills={"printer": 3}), ben=person(skills={"printer": 5}))
        save(desk, ("categories/printer", Category("support", (RequiredSkill("printer"),))))
        eventually(lambda: {event.subject for event in agent_events(desk)} >= {"ada", "ben"})
        online(desk, "ada", "ben")
        eventually(lambda: told(desk) >= Counter(EVERYTHING), 60)
        for ticket in (first, second):
            send(desk, [wish(replace(OPEN, category="printer"), ticket, RITA)])
            eventually(partial(explained, ticket), 60)

        when, given, asked, best, next_best = explained(first)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, version 2", when)
        assert given == "  Given to ben, the best of 2 who could take it."
        assert asked == "  Asked for: team support, skills printer."
        assert best == "  1. ben: 0 of 5 tickets, proficiency 5, no ticket before."
        assert next_best == "  2. ada: 0 of 5 tickets, proficiency 3, no ticket before."
        assert explained(second)[1] == "  Given to ada, the best of 2 who could take it."
        refused = casefold(desk, "route", "explain", str(first), "--as", "requester:rita")
        assert (refused.returncode, refused.stderr) == (1, "error: This is not for the role requester.\n")

        before = recorded(desk)
        assert tried() == ["2 decisions looked at under what is on record: no difference."]
        exported = casefold(desk, "directory", "export", *ADMIN).stdout
        assert "printer: 5" in exported
        assert tried(exported) == ["2 decisions looked at under what is on record: no difference."]
        assert tried(PROFICIENCY_FIRST) == [
            f"{second}: ada got it, and ben would have",
            "ada: -1",
            "ben: +1",
            "2 decisions looked at under 1 change: 1 difference.",
        ]
        assert tried(WITHOUT_BEN, ASIDE) == [
            f"{first}: ben got it, and ada would have",
            "ada: +1",
            "ben: -1",
            "2 decisions looked at under 2 changes: 1 difference.",
        ]
        later = casefold(desk, "route", "--dry-run", "--since", datetime.now(UTC).isoformat())
        assert later.stdout == "0 decisions looked at under what is on record: no difference.\n"
        assert recorded(desk) == before
