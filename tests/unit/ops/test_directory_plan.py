"""The steps from one directory to another: the decider takes each of them, and they end where they should."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import event, given, settings

from services.ops.directory.plan import NoWay, Remove, Save, Step, plan
from shared.events.directory import RecordRemoved, RecordSaved, RemoveRecord, SaveRecord
from shared.events.directory_records import Agent, Organisation, Record, Team
from shared.events.personal import Plain
from tests.directing import Directory, wish
from tests.directory_strategies import DIRECTORIES

ADA, LEA = Agent(Plain("Ada"), "support"), Agent(Plain("Lea"), "support")
SUPPORT, LED = Team("Support"), Team("Support", leads=("lea",))


def steps(present: Mapping[str, Record], wanted: Mapping[str, Record]) -> list[Step]:
    return list(plan(present, wanted, [key for key in present if key not in wanted]))


@settings(deadline=None)
@given(DIRECTORIES, DIRECTORIES)
def test_from_any_directory_to_any_other(present: dict[str, Record], wanted: dict[str, Record]) -> None:
    directory = Directory(present)
    taken = steps(present, wanted)
    for step in taken:
        wished = SaveRecord(step.record) if isinstance(step, Save) else RemoveRecord()
        (fact,) = directory.facts(wish(step.key, wished))
        assert fact == (RecordSaved(step.record) if isinstance(step, Save) else RecordRemoved())
    assert directory.records() == wanted
    assert steps(wanted, wanted) == []
    event(f"partial steps: {sum(isinstance(step, Save) and step.partial for step in taken)}")


def test_a_team_is_saved_then_its_agents_then_its_leads() -> None:
    wanted: dict[str, Record] = {"teams/support": LED, "agents/ada": ADA, "agents/lea": LEA}
    assert steps({}, wanted) == [
        Save("teams/support", SUPPORT, partial=True),
        Save("agents/ada", ADA),
        Save("agents/lea", LEA),
        Save("teams/support", LED),
    ]


def test_a_team_goes_after_its_agents_though_it_names_one_of_them() -> None:
    assert steps({"teams/support": LED, "agents/lea": LEA}, {}) == [
        Save("teams/support", SUPPORT, partial=True),
        Remove("agents/lea"),
        Remove("teams/support"),
    ]


def test_a_whole_company_goes_from_its_newest_to_its_first() -> None:
    """Each is the manager of the next: to look at all for each of them would take minutes."""
    agents: dict[str, Record] = {"agents/a0": ADA}
    agents |= {f"agents/a{n}": replace(ADA, manager_id=f"a{n - 1}") for n in range(1, 500)}
    taken = steps({"teams/support": SUPPORT, **agents}, {})
    assert taken == [*(Remove(key) for key in reversed(agents)), Remove("teams/support")]


def test_two_organisations_change_their_domains_with_each_other() -> None:
    one, two = Organisation("One", ("a.example",)), Organisation("Two", ("b.example",))
    present = {"organisations/one": one, "organisations/two": two}
    wanted: dict[str, Record] = {
        "organisations/one": Organisation("One", ("b.example",)),
        "organisations/two": Organisation("Two", ("a.example",)),
    }
    assert steps(present, wanted) == [
        Save("organisations/one", Organisation("One"), partial=True),
        Save("organisations/two", wanted["organisations/two"]),
        Save("organisations/one", wanted["organisations/one"]),
    ]


def test_there_is_no_way_to_what_cannot_be() -> None:
    with pytest.raises(NoWay):
        steps({}, {"agents/ada": ADA})
    with pytest.raises(NoWay):
        list(plan({"teams/support": SUPPORT, "agents/ada": ADA}, {}, ["teams/support"]))
