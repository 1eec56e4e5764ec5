"""API keys: issued once, revoked once, by admins alone; the first admin's own key while there is nothing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.intake.domain.directory_keys import ApiKey
from shared.events.directory import (
    ApiKeyIssued,
    ApiKeyRevoked,
    ApiKeyRole,
    DirectoryCommandData,
    DirectoryEventData,
    IssueApiKey,
    RecordRemoved,
    RevokeApiKey,
)
from shared.events.envelope import Actor, ActorKind
from tests.directing import AT, RECORDS, ROOT, Directory, wish

KEY = "01890000-0000-7000-8000-000000000001"
OTHER = "01890000-0000-7000-8000-000000000002"
ISSUE = IssueApiKey("billing", ApiKeyRole.SERVICE, "0f" * 32)
ISSUED = ApiKeyIssued("billing", ApiKeyRole.SERVICE, "0f" * 32)
FIRST = IssueApiKey("bootstrap", ApiKeyRole.ADMIN, "1f" * 32)
FIRST_ISSUED = ApiKeyIssued("bootstrap", ApiKeyRole.ADMIN, "1f" * 32)


def given(*happened: DirectoryEventData, subject: str = KEY) -> Directory:
    directory = Directory({})
    directory.happened(subject, *happened)
    return directory


def test_a_key_is_issued() -> None:
    assert given().facts(wish(KEY, ISSUE)) == [ISSUED]


@pytest.mark.parametrize("happened", [(ISSUED,), (ISSUED, ApiKeyRevoked())])
def test_a_key_that_was_issued_is_not_issued_again(happened: tuple[DirectoryEventData, ...]) -> None:
    assert given(*happened).refused(wish(KEY, ISSUE)).code == "already_exists"


@pytest.mark.parametrize("digest", ["", "0F" * 32, "0f" * 31, "0f" * 32 + "\n", "cfk_secret"])
def test_only_a_digest_is_recorded(digest: str) -> None:
    assert given().refused(wish(KEY, replace(ISSUE, digest=digest))).code == "invalid_digest"


@pytest.mark.parametrize("key", ["agents/ada", "", KEY.upper().replace("-", ""), "@position"])
def test_a_keys_id_is_a_uuid(key: str) -> None:
    assert given().refused(wish(key, ISSUE)).code == "invalid_id"


def test_a_record_is_no_key() -> None:
    refusal = Directory().refused(wish("agents/ada", RevokeApiKey()))
    assert (refusal.code, refusal.detail) == (
        "invalid_id",
        "An API key is no record, and a record is no API key.",
    )


def test_a_key_is_revoked() -> None:
    assert given(ISSUED).facts(wish(KEY, RevokeApiKey("leaked"))) == [ApiKeyRevoked("leaked")]


def test_revoking_twice_changes_nothing() -> None:
    assert given(ISSUED, ApiKeyRevoked()).facts(wish(KEY, RevokeApiKey())) == []


def test_no_key_is_not_revoked() -> None:
    assert given().refused(wish(KEY, RevokeApiKey())).code == "not_found"


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind is not ActorKind.ADMIN])
@pytest.mark.parametrize("data", [ISSUE, RevokeApiKey()])
def test_keys_are_for_admins(kind: ActorKind, data: DirectoryCommandData) -> None:
    assert given(ISSUED).refused(wish(KEY, data, Actor(kind, "eve"))).code == "forbidden"


def test_the_first_admins_key_is_issued_where_there_is_nothing() -> None:
    assert given().facts(wish(OTHER, FIRST)) == [FIRST_ISSUED]


def test_a_first_admins_key_that_was_revoked_unused_can_be_replaced() -> None:
    assert given(FIRST_ISSUED, ApiKeyRevoked()).facts(wish(OTHER, FIRST)) == [FIRST_ISSUED]


@pytest.mark.parametrize(
    "directory",
    [
        given(FIRST_ISSUED),
        given(ISSUED),
        given(ISSUED, ApiKeyRevoked()),
        Directory({"teams/support": RECORDS["teams/support"]}),
    ],
    ids=["another first key", "a key", "a revoked key", "a record"],
)
def test_once_there_is_something_no_key_makes_an_admin(directory: Directory) -> None:
    assert directory.refused(wish(OTHER, FIRST)).code == "already_bootstrapped"


def test_a_removed_record_shows_that_an_admin_was_at_work() -> None:
    directory = Directory({"teams/billing": RECORDS["teams/billing"]})
    directory.happened("teams/billing", RecordRemoved())
    assert directory.refused(wish(OTHER, FIRST)).code == "already_bootstrapped"


def test_the_fold_of_an_issue_and_a_revocation() -> None:
    assert given(ISSUED, ApiKeyRevoked("leaked")).get(KEY) == ApiKey(
        id=UUID(KEY),
        name="billing",
        role=ApiKeyRole.SERVICE,
        digest="0f" * 32,
        issued_at=AT,
        issued_by=ROOT.id,
        version=2,
        conversation_version=0,
        revoked_at=AT + timedelta(minutes=1),
    )


def test_a_revocation_of_no_key_is_a_broken_log() -> None:
    with pytest.raises(ValueError, match="does not begin with its issue"):
        given(ApiKeyRevoked())
