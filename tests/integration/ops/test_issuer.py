"""The local issuer serves the key that `casefold token` signs with, and the API's verifier accepts it."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest

from services.ops.embedded.ports import free_port
from services.ops.issuer_key import NoKey, OidcConfigured, make_key
from services.ops.processes import Processes
from services.ops.services import SERVICES, start_service
from services.ops.token import UnknownRole, signed
from shared.runtime.http.jwks import IssuerKeys
from shared.runtime.http.principal import Principal, Role
from shared.runtime.http.tokens import BadToken, TokenVerifier
from shared.runtime.settings import Settings
from tests.stack_process import eventually

(ISSUER,) = (service for service in SERVICES if service.name == "issuer")


@pytest.fixture
def mine(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", local_issuer_port=free_port())


@pytest.fixture
def issuer(mine: Settings, own_processes: Processes) -> Iterator[str]:
    """The URL of a running issuer."""
    running = start_service(own_processes, ISSUER, mine)
    eventually(running.ready, 20, running.child.ending)
    yield ISSUER.address(mine)
    running.child.stop(10)
    assert running.child.exit_code() == 0


@pytest.mark.parametrize("role", list(Role))
async def test_a_token_of_each_role_is_accepted(mine: Settings, issuer: str, role: Role) -> None:
    token = signed(mine, role, "ada", name="Ada Lovelace", email="ada@example.org")
    async with httpx.AsyncClient(trust_env=False) as client:
        verifier = TokenVerifier(IssuerKeys(issuer, client), issuer=issuer, audience="casefold", role_claim="role")
        assert await verifier.verify(token) == Principal(role, "ada", "Ada Lovelace", "ada@example.org")


async def test_a_token_that_has_expired_is_not_accepted(mine: Settings, issuer: str) -> None:
    token = signed(mine, "agent", "ada", timedelta(minutes=-1))
    async with httpx.AsyncClient(trust_env=False) as client:
        verifier = TokenVerifier(IssuerKeys(issuer, client), issuer=issuer, audience="casefold", role_claim="role")
        with pytest.raises(BadToken, match="expired"):
            await verifier.verify(token)


def test_what_it_serves(mine: Settings, issuer: str) -> None:
    discovery = httpx.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).json()
    assert discovery["issuer"] == f"http://127.0.0.1:{mine.local_issuer_port}"
    (key,) = httpx.get(discovery["jwks_uri"], trust_env=False).json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}  # and nothing of the private key
    assert jwt.get_unverified_header(signed(mine, "agent", "ada"))["kid"] == key["kid"]
    assert httpx.get(f"{issuer}/key.pem", trust_env=False).status_code == 404


def test_the_key_is_made_once_and_is_its_owners_alone(mine: Settings) -> None:
    first = make_key(mine)
    assert make_key(mine).private_numbers() == first.private_numbers()
    path = mine.home / "issuer" / "key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["key.pem"]


def test_no_token_without_a_key(mine: Settings) -> None:
    with pytest.raises(NoKey) as refused:
        signed(mine, "agent", "ada")
    path = mine.home / "issuer" / "key.pem"
    assert (
        str(refused.value)
        == f"the local issuer has no key at {path}: run `casefold up` first, or set CASEFOLD_HOME"
    )


def test_no_token_of_a_role_that_does_not_exist(mine: Settings) -> None:
    make_key(mine)
    with pytest.raises(UnknownRole) as refused:
        signed(mine, "boss", "ada")
    assert str(refused.value) == (
        "there is no role 'boss': it is one of requester, agent, lead, admin, analyst, importer, service"
    )


def test_the_local_issuer_is_off_where_another_one_is_configured(mine: Settings, own_processes: Processes) -> None:
    configured = mine.model_copy(update={"oidc_issuer": "https://id.example.org"})
    assert not ISSUER.wanted(configured)
    with pytest.raises(OidcConfigured):
        signed(configured, "agent", "ada")
    refused = start_service(own_processes, ISSUER, configured)
    assert refused.child.wait(20) == 1
    assert refused.child.last_lines() == [
        "error: tokens come from https://id.example.org: the local issuer is off where CASEFOLD_OIDC_ISSUER is set"
    ]


def test_the_token_names_the_role_where_the_configuration_says(mine: Settings) -> None:
    make_key(mine)
    renamed = mine.model_copy(update={"oidc_role_claim": "groups", "oidc_audience": "desk"})
    claims = jwt.decode(signed(renamed, "lead", "bo"), options={"verify_signature": False})
    assert {name: claims[name] for name in ("sub", "aud", "groups", "iss")} == {
        "sub": "bo",
        "aud": "desk",
        "groups": "lead",
        "iss": f"http://127.0.0.1:{mine.local_issuer_port}",
    }
    assert claims["exp"] - claims["iat"] == timedelta(hours=12).total_seconds()
