"""The directory's records as a process keeps them: the latest of each, and whose domain is whose."""

from datetime import UTC, datetime
from uuid import UUID

from shared.events.directory import ApiKeyRevoked, DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_records import Organisation, Team
from shared.events.envelope import Actor, ActorKind, Event
from shared.runtime.directory.records import Records

AT = datetime(2026, 3, 1, tzinfo=UTC)
ACME = RecordSaved(Organisation("Acme", ("acme.example", "xn--bcher-kva.example")))
SUPPORT = RecordSaved(Team("Support"))


def given(*happened: tuple[str, DirectoryEventData]) -> Records:
    """At the offsets 10, 20, 30 ..."""
    records = Records()
    versions: dict[str, int] = {}
    for number, (key, data) in enumerate(happened, 1):
        version = versions[key] = versions.get(key, 0) + 1
        actor, ids = Actor(ActorKind.ADMIN, "root"), UUID(int=number)
        records.apply(Event(ids, key, version, 0, AT, AT, actor, ids, ids, data), number * 10)
    return records


def test_the_latest_of_each_and_where_the_log_tells_of_it() -> None:
    records = given(
        ("teams/b", SUPPORT),
        ("teams/a", SUPPORT),
        ("organisations/acme", ACME),
        ("teams/b", RecordSaved(Team("Help"))),
        (str(UUID(int=1)), ApiKeyRevoked()),
    )
    assert [known.key for known, _ in records.there("teams/")] == ["teams/a", "teams/b"]
    latest = records.get("teams/b")
    assert latest is not None
    assert (latest.record, latest.version, latest.created, list(latest.offsets)) == (
        Team("Help"),
        2,
        False,
        [10, 40],
    )
    assert records.get(str(UUID(int=1))) is None


def test_a_removed_record_is_known_and_not_there_and_is_made_again() -> None:
    happened = (("teams/a", SUPPORT), ("teams/a", RecordRemoved()))
    removed = given(*happened)
    assert list(removed.there("teams/")) == []
    known = removed.get("teams/a")
    assert known is not None
    assert (known.record, known.version, known.created) == (None, 2, False)
    again = given(*happened, ("teams/a", SUPPORT)).get("teams/a")
    assert again is not None
    assert (again.version, again.created) == (3, True)


def test_an_address_is_of_the_organisation_of_its_domain() -> None:
    records = given(("organisations/acme", ACME))
    addresses = {
        "rita@acme.example": "acme",
        " Rita@ACME.Example ": "acme",
        "rolf@bücher.example": "acme",
        "rolf@xn--bcher-kva.example": "acme",
        "x@mail.acme.example": None,
        "x@notacme.example": None,
        "acme.example@other.example": None,
        "x@" + "ü" * 70 + ".example": None,
        "x@a..b": None,
        "nobody": None,
    }
    assert {address: records.organisation_of(address) for address in addresses} == addresses


def test_a_domain_goes_from_one_organisation_to_another_and_away() -> None:
    moved = (
        ("organisations/acme", ACME),
        ("organisations/acme", RecordSaved(Organisation("Acme"))),
        ("organisations/new", ACME),
    )
    assert given(*moved[:2]).organisation_of("rita@acme.example") is None
    assert given(*moved).organisation_of("rita@acme.example") == "new"
    assert given(*moved, ("organisations/new", RecordRemoved())).organisation_of("rita@acme.example") is None
