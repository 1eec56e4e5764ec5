"""Records of the directory: what is right by itself, right among the others, and whose to write."""

from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid5

import pytest

from services.intake.domain.directory_records import Entry
from services.intake.domain.directory_warnings import warnings_of
from shared.events.agent import SetAgentLimit
from shared.events.directory import Only, RecordRemoved, RecordSaved, RemoveRecord, SaveRecord
from shared.events.directory_hours import OutOfOffice, Weekday, WorkingHours, WorkingSpan
from shared.events.directory_records import (
    Agent,
    Category,
    KeywordRule,
    Organisation,
    RankBy,
    Record,
    RequiredSkill,
    RoutingPolicy,
    Team,
)
from shared.events.envelope import Actor, ActorKind, Expected
from shared.events.personal import Plain
from tests.directing import AT, LEA, LEO, RECORDS, ROOT, Directory, key_of, wish

ADA = Agent(Plain("Ada"), "support")
NINE, FIVE = time(9), time(17)


def hours(*spans: WorkingSpan, zone: str = "Europe/Berlin") -> Agent:
    return replace(ADA, working_hours=WorkingHours(zone, spans))


def span(begins: time, ends: time, day: Weekday = Weekday.MONDAY) -> WorkingSpan:
    return WorkingSpan(day, begins, ends)


@pytest.mark.parametrize("key", RECORDS)
def test_a_record_is_saved(key: str) -> None:
    rest = {other: record for other, record in RECORDS.items() if other != key}
    save = SaveRecord(RECORDS[key])
    assert Directory(rest).facts(wish(key, save)) == [RecordSaved(RECORDS[key])]


@pytest.mark.parametrize("key", RECORDS)
def test_a_record_that_is_saved_again_unchanged_is_no_event(key: str) -> None:
    assert Directory().facts(wish(key, SaveRecord(RECORDS[key]))) == []


def test_a_record_is_put_in_the_place_of_another() -> None:
    directory = Directory()
    changed = replace(ADA, max_load=8)
    assert directory.facts(wish("agents/ada", SaveRecord(changed))) == [RecordSaved(changed)]
    assert directory.get("agents/ada") == Entry(changed, 2, 0)


def test_a_removed_record_goes_on_from_its_version_when_it_is_made_again() -> None:
    directory = Directory()
    assert directory.facts(wish("agents/ben", RemoveRecord("left"))) == [RecordRemoved("left")]
    assert directory.facts(wish("agents/ben", RemoveRecord())) == []
    assert directory.facts(wish("agents/ben", SaveRecord(ADA))) == [RecordSaved(ADA)]
    assert directory.get("agents/ben") == Entry(ADA, 3, 0)


def test_what_never_was_is_not_removed() -> None:
    refusal = Directory().refused(wish("agents/zoe", RemoveRecord()))
    assert (refusal.code, refusal.detail) == ("not_found", "There is no agents/zoe in the directory.")


@pytest.mark.parametrize(
    ("key", "record"),
    [
        ("agents/", ADA),
        ("agents/a b", ADA),
        ("agents/a/b", ADA),
        ("agents/-a", ADA),
        ("agents/ä", ADA),
        ("agents/" + "a" * 256, ADA),
        ("agents/a\n", ADA),
        ("teams/ada", ADA),
        ("ada", ADA),
        ("@position", ADA),
        ("policies/other", RoutingPolicy()),
        ("categories/a//b", Category("support")),
        ("categories/ a", Category("support")),
        ("categories/a/../b", Category("support")),
        ("categories/a/history", Category("support")),
        ("categories/a\u202eb", Category("support")),
        ("categories/" + "a" * 101, Category("support")),
    ],
)
def test_an_id_is_one_that_an_address_keeps(key: str, record: Record) -> None:
    assert Directory().refused(wish(key, SaveRecord(record))).code == "invalid_id"


@pytest.mark.parametrize(
    ("key", "record"),
    [
        ("agents/auth0|5f7c8ec7c33c6c004bbafe82", ADA),
        ("agents/ada@example.org", ADA),
        ("agents/00u1:x~y=", ADA),
        ("categories/hardware/printer", Category("support")),
        ("categories/Größe und Maß", Category("support")),
    ],
)
def test_an_id_is_what_issuers_and_tickets_have(key: str, record: Record) -> None:
    assert Directory().facts(wish(key, SaveRecord(record))) == [RecordSaved(record)]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (replace(ADA, max_load=-1), "max_load: it is 0 to 1000, and 0 takes nothing, not -1."),
        (replace(ADA, max_load=1001), "max_load: it is 0 to 1000, and 0 takes nothing, not 1001."),
        (replace(ADA, skills={"vpn": 0}), "skills.vpn: a proficiency is 1 to 5, not 0."),
        (replace(ADA, skills={"vpn": 6}), "skills.vpn: a proficiency is 1 to 5, not 6."),
        (
            replace(ADA, skills={" vpn": 1}),
            "skills: ' vpn' is no tag of 1 to 50 characters without space around it.",
        ),
        (replace(ADA, languages=("de", "xx")), "languages: 'xx' is no ISO 639-1 code, as en or de."),
        (replace(ADA, languages=("DE",)), "languages: 'DE' is no ISO 639-1 code, as en or de."),
        (replace(ADA, languages=("de", "de")), "languages: one is named twice."),
        (
            hours(span(NINE, FIVE), zone="Berlin"),
            "working_hours.timezone: 'Berlin' is no time zone, as Europe/Berlin or UTC.",
        ),
        (hours(), "working_hours.spans: there are 1 to 50 of them, not 0."),
        (
            hours(span(FIVE, NINE)),
            "working_hours.spans: monday 17:00 to 09:00 ends before it begins; one past midnight is two spans.",
        ),
        (
            hours(span(NINE, NINE)),
            "working_hours.spans: monday 09:00 to 09:00 ends before it begins; one past midnight is two spans.",
        ),
        (
            hours(span(time(12), FIVE), span(NINE, time(12, 1))),
            "working_hours.spans: monday 09:00 to 12:01 and monday 12:00 to 17:00 overlap.",
        ),
        (
            hours(span(time(9, 0, 1), FIVE)),
            "working_hours.spans: monday 09:00 to 17:00 is not in whole minutes of the zone's own clock.",
        ),
        (
            replace(ADA, out_of_office=OutOfOffice(AT, AT)),
            "out_of_office: it ends before it begins.",
        ),
        (
            replace(ADA, out_of_office=OutOfOffice(AT.replace(tzinfo=None), AT)),
            "out_of_office: its times need an offset from UTC.",
        ),
        (Team(" "), "name: it is 1 to 255 characters in one line."),
        (Team("a\nb"), "name: it is 1 to 255 characters in one line."),
        (Team("Support", leads=("lea", "lea")), "leads: one is named twice."),
        (
            Category("support", (RequiredSkill("vpn"), RequiredSkill("vpn", optional=True))),
            "skills: one is named twice.",
        ),
        (
            Organisation("Acme", ("ACME.example",)),
            "domains: 'ACME.example' is no domain name in lower case, as example.org or xn--bcher-kva.example.",
        ),
        (
            Organisation("Acme", ("example",)),
            "domains: 'example' is no domain name in lower case, as example.org or xn--bcher-kva.example.",
        ),
        (Organisation("Acme", language="eng"), "language: 'eng' is no ISO 639-1 code, as en or de."),
        (KeywordRule((), ("a",)), "words: there are 1 to 200 of them, not 0."),
        (KeywordRule(("a",), ()), "tags: there are 1 to 50 of them, not 0."),
        (
            KeywordRule(("",), ("a",)),
            "words: '' is no word or phrase of 1 to 100 characters without space around it.",
        ),
        (RoutingPolicy(rank=()), "rank: there are 1 to 3 of them, not 0."),
        (RoutingPolicy(rank=(RankBy.IDLE, RankBy.IDLE)), "rank: one is named twice."),
        (RoutingPolicy(weights={"ada": 0}), "weights.ada: a weight is 1 to 100, not 0."),
        (
            RoutingPolicy(leads_after=timedelta(0)),
            "leads_after: it is whole seconds, from 1 to 31622400.",
        ),
        (
            RoutingPolicy(away_after=timedelta(seconds=-1)),
            "away_after: it is whole seconds, from 1 to 31622400.",
        ),
    ],
)
def test_what_is_wrong_by_itself_is_said(record: Record, said: str) -> None:
    key = key_of(record, "routing" if isinstance(record, RoutingPolicy) else "new")
    refusal = Directory().refused(wish(key, SaveRecord(record)))
    assert (refusal.code, refusal.detail) == ("invalid_record", said)


@pytest.mark.parametrize(
    "record",
    [
        replace(ADA, max_load=0),
        replace(ADA, skills={"vpn": 1, "printers": 5}),
        hours(span(NINE, time(12)), span(time(12), FIVE)),
        hours(span(time(22), time(0)), span(time(0), time(6), Weekday.TUESDAY), zone="UTC"),
        replace(ADA, out_of_office=OutOfOffice(AT)),
        replace(ADA, out_of_office=OutOfOffice(AT, AT + timedelta(days=1))),
        Organisation("Bücher", ("xn--bcher-kva.example", "a-b.co.uk")),
        KeywordRule(("it burns", "brennt"), ("urgent",)),
        Team("Nobody leads"),
    ],
)
def test_what_is_right_by_itself_is_taken(record: Record) -> None:
    assert Directory().facts(wish(key_of(record, "new"), SaveRecord(record))) == [RecordSaved(record)]


@pytest.mark.parametrize(
    ("key", "record", "said"),
    [
        ("agents/new", replace(ADA, team_id="sales"), "team_id: there is no teams/sales in the directory."),
        ("agents/new", replace(ADA, manager_id="zoe"), "manager_id: there is no agents/zoe in the directory."),
        ("teams/new", Team("New", leads=("zoe",)), "leads: there is no agents/zoe in the directory."),
        (
            "teams/new",
            Team("New", fallback_team_id="x"),
            "fallback_team_id: there is no teams/x in the directory.",
        ),
        ("categories/new", Category("sales"), "team_id: there is no teams/sales in the directory."),
        (
            "policies/routing",
            RoutingPolicy(weights={"zoe": 2}),
            "weights: there is no agents/zoe in the directory.",
        ),
        (
            "teams/support",
            Team("Support", fallback_team_id="support"),
            "fallback_team_id: that would be a loop, teams/support to teams/support.",
        ),
        (
            "teams/support",
            Team("Support", fallback_team_id="billing"),
            "fallback_team_id: that would be a loop, teams/support to teams/billing to teams/support.",
        ),
        (
            "agents/ada",
            replace(ADA, manager_id="ada"),
            "manager_id: that would be a loop, agents/ada to agents/ada.",
        ),
        (
            "organisations/new",
            Organisation("New", ("other.example", "acme.example")),
            "domains: acme.example is that of organisations/acme.",
        ),
    ],
)
def test_what_is_wrong_among_the_others_is_said(key: str, record: Record, said: str) -> None:
    refusal = Directory().refused(wish(key, SaveRecord(record)))
    assert (refusal.code, refusal.detail) == ("invalid_reference", said)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "teams/support",
            (
                "teams/support is named by agents/ada, agents/lea, categories/hardware/printer, teams/billing; "
                "change that first."
            ),
        ),
        ("agents/lea", "agents/lea is named by teams/support; change that first."),
        ("agents/ada", "agents/ada is named by policies/routing; change that first."),
    ],
)
def test_what_others_name_is_not_removed(key: str, said: str) -> None:
    refusal = Directory().refused(wish(key, RemoveRecord()))
    assert (refusal.code, refusal.detail) == ("referred_to", said)


def test_a_refusal_names_five_faults_and_counts_the_rest() -> None:
    wrong = replace(ADA, skills={f"s{number}": 9 for number in range(8)})
    refusal = Directory().refused(wish("agents/new", SaveRecord(wrong)))
    assert refusal.detail.count(";") == 5
    assert refusal.detail.endswith("; and 3 more.")


@pytest.mark.parametrize("key", RECORDS)
@pytest.mark.parametrize("kind", sorted(set(ActorKind) - {ActorKind.ADMIN, ActorKind.LEAD}))
def test_only_admins_and_leads_write(kind: ActorKind, key: str) -> None:
    directory, actor = Directory(), Actor(kind, "lea")
    for data in (SaveRecord(RECORDS[key]), RemoveRecord()):
        assert directory.refused(wish(key, data, actor)).code == "forbidden"


@pytest.mark.parametrize(
    ("key", "record"),
    [
        ("agents/ada", replace(ADA, max_load=2)),
        ("agents/new", ADA),
        ("categories/new", Category("support")),
        ("rules/fire", KeywordRule(("burns",), ("urgent",))),
    ],
)
def test_a_lead_writes_what_is_their_teams(key: str, record: Record) -> None:
    assert Directory().facts(wish(key, SaveRecord(record), LEA)) == [RecordSaved(record)]


@pytest.mark.parametrize(
    ("key", "record"),
    [
        ("agents/ben", replace(ADA, team_id="billing", max_load=2)),
        ("agents/ben", ADA),  # taking another team's
        ("agents/ada", replace(ADA, team_id="billing")),  # giving away their own
        ("categories/new", Category("billing")),
        ("teams/support", Team("Support", leads=("lea", "ada"))),
        ("organisations/acme", Organisation("Acme")),
        ("policies/routing", RoutingPolicy()),
    ],
)
def test_a_lead_does_not_write_what_is_not_theirs(key: str, record: Record) -> None:
    assert Directory().refused(wish(key, SaveRecord(record), LEA)).code == "forbidden"


def test_a_lead_of_no_team_writes_no_agent() -> None:
    assert Directory().refused(wish("agents/ada", SaveRecord(replace(ADA, max_load=2)), LEO)).code == "forbidden"


def test_a_lead_removes_an_agent_of_their_team() -> None:
    directory = Directory({key: each for key, each in RECORDS.items() if key != "policies/routing"})
    assert directory.facts(wish("agents/ada", RemoveRecord("left"), LEA)) == [RecordRemoved("left")]


@pytest.mark.parametrize("data", [SaveRecord(replace(ADA, max_load=9)), RemoveRecord()])
def test_the_version_that_was_seen_must_hold(data: SaveRecord | RemoveRecord) -> None:
    directory = Directory()
    for expected, code in (
        (Expected(if_match=2), "precondition_failed"),
        (Expected(version=2), "version_conflict"),
    ):
        refusal = directory.refused(wish("agents/ada", data, expected=expected))
        assert (refusal.code, refusal.detail) == (code, "The version is 1, not 2; read again.")
    assert directory.refused(wish("agents/zoe", SaveRecord(ADA), expected=Expected(if_match=1))).code == (
        "precondition_failed"
    )
    assert directory.facts(wish("agents/ben", RemoveRecord(), expected=Expected(if_match=1))) == [RecordRemoved()]


def test_only_a_new_one_or_only_a_change_may_be_asked_for() -> None:
    directory = Directory()
    new = directory.refused(wish("agents/ada", SaveRecord(ADA, Only.NEW)))
    assert (new.code, new.detail) == ("precondition_failed", "There is agents/ada already.")
    changed = directory.refused(wish("agents/zoe", SaveRecord(ADA, Only.CHANGED)))
    assert (changed.code, changed.detail) == (
        "precondition_failed",
        "There is no agents/zoe in the directory.",
    )
    assert directory.facts(wish("agents/zoe", SaveRecord(ADA, Only.NEW))) == [RecordSaved(ADA)]


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (SaveRecord(replace(ADA, max_load=3)), SetAgentLimit(3, active=True, directory_version=2)),
        (SaveRecord(replace(ADA, active=False)), SetAgentLimit(5, active=False, directory_version=2)),
        (RemoveRecord(), SetAgentLimit(5, active=False, directory_version=2)),
    ],
)
def test_what_an_agent_may_carry_goes_to_their_slots(
    data: SaveRecord | RemoveRecord, limit: SetAgentLimit
) -> None:
    directory = Directory()
    command = wish("agents/ben", data)
    (reaction,) = directory.reactions(command)
    assert (reaction.stream, reaction.command.subject, reaction.command.data) == ("agent", "ben", limit)
    assert (reaction.answers, reaction.command.actor, reaction.command.now) == (False, ROOT, AT)
    assert (reaction.command.id, reaction.command.cause_id) == (uuid5(command.id, "limit"), uuid5(command.id, "0"))


def test_nothing_follows_from_what_is_no_agent_or_no_change() -> None:
    directory = Directory()
    assert directory.reactions(wish("teams/new", SaveRecord(Team("New")))) == ()
    assert directory.reactions(wish("rules/fire", RemoveRecord())) == ()
    assert directory.reactions(wish("agents/ada", SaveRecord(RECORDS["agents/ada"]))) == ()


def test_a_team_without_leads_is_told_so() -> None:
    assert warnings_of(Team("New", leads=("lea",))) == warnings_of(ADA) == []
    assert warnings_of(Team("New")) == ["it has no leads, so nobody is asked when its tickets wait too long"]
    assert warnings_of(Team("New", fallback_team_id="support")) == [
        "it has no leads, so the leads of support are asked when its tickets wait too long"
    ]
