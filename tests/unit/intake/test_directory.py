"""API keys: issued once, revoked once, by admins alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from services.intake.domain.directory import ApiKey, decide, evolve
from services.intake.domain.rejected import Rejected
from shared.events.directory import (
    ApiKeyIssued,
    ApiKeyRevoked,
    ApiKeyRole,
    DirectoryCommandData,
    DirectoryEventData,
    IssueApiKey,
    RevokeApiKey,
)
from shared.events.envelope import Actor, ActorKind, Command, Event

KEY = UUID("01890000-0000-7000-8000-000000000001")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN = Actor(ActorKind.ADMIN, "ada")
ISSUE = IssueApiKey("billing", ApiKeyRole.SERVICE, "0f" * 32)
ISSUED = ApiKeyIssued("billing", ApiKeyRole.SERVICE, "0f" * 32)


def command(data: DirectoryCommandData, actor: Actor = ADMIN) -> Command[DirectoryCommandData]:
    return Command(uuid5(KEY, "c"), str(KEY), actor, NOW, uuid5(KEY, "r"), data)


def given(*happened: DirectoryEventData) -> ApiKey | None:
    record = None
    for version, data in enumerate(happened, 1):
        at = NOW + timedelta(minutes=version)
        record = evolve(
            record,
            Event(
                uuid5(KEY, str(version)),
                str(KEY),
                version,
                0,
                at,
                at,
                ADMIN,
                uuid5(KEY, "c"),
                uuid5(KEY, "r"),
                data,
            ),
        )
    return record


def test_a_key_is_issued() -> None:
    assert decide(command(ISSUE), None) == (ISSUED,)


def test_an_issued_key_is_not_issued_again() -> None:
    with pytest.raises(Rejected) as refusal:
        decide(command(ISSUE), given(ISSUED))
    assert refusal.value.code == "already_exists"


def test_a_revoked_key_is_not_issued_again() -> None:
    with pytest.raises(Rejected) as refusal:
        decide(command(ISSUE), given(ISSUED, ApiKeyRevoked()))
    assert refusal.value.code == "already_exists"


@pytest.mark.parametrize("digest", ["", "0F" * 32, "0f" * 31, "0f" * 32 + "\n", "cfk_secret"])
def test_only_a_digest_is_recorded(digest: str) -> None:
    with pytest.raises(Rejected) as refusal:
        decide(command(replace(ISSUE, digest=digest)), None)
    assert refusal.value.code == "invalid_digest"


def test_a_key_is_revoked() -> None:
    assert decide(command(RevokeApiKey("leaked")), given(ISSUED)) == (ApiKeyRevoked("leaked"),)


def test_revoking_twice_changes_nothing() -> None:
    assert decide(command(RevokeApiKey()), given(ISSUED, ApiKeyRevoked())) == ()


def test_no_key_is_not_revoked() -> None:
    with pytest.raises(Rejected) as refusal:
        decide(command(RevokeApiKey()), None)
    assert refusal.value.code == "not_found"


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind is not ActorKind.ADMIN])
@pytest.mark.parametrize("data", [ISSUE, RevokeApiKey()])
def test_keys_are_for_admins(kind: ActorKind, data: DirectoryCommandData) -> None:
    with pytest.raises(Rejected) as refusal:
        decide(command(data, Actor(kind, "eve")), given(ISSUED))
    assert refusal.value.code == "forbidden"


def test_the_fold_of_an_issue_and_a_revocation() -> None:
    assert given(ISSUED, ApiKeyRevoked("leaked")) == ApiKey(
        id=KEY,
        name="billing",
        role=ApiKeyRole.SERVICE,
        digest="0f" * 32,
        issued_at=NOW + timedelta(minutes=1),
        issued_by="ada",
        version=2,
        conversation_version=0,
        revoked_at=NOW + timedelta(minutes=2),
    )


def test_a_revocation_of_no_key_is_a_broken_log() -> None:
    with pytest.raises(ValueError, match="does not begin with its issue"):
        given(ApiKeyRevoked())
