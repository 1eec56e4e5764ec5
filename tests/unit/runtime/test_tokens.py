"""Bearer tokens: what holds, what does not, and what is not known, against a real issuer."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.runtime.http.jwks import MAX_AGE_S, IssuerKeys, KeysUnavailable
from shared.runtime.http.principal import Principal, Role
from shared.runtime.http.tokens import BadToken, NoRole, TokenVerifier
from tests.issuing import AUDIENCE, Issuer, issuing, new_key

ADA = Principal(Role.AGENT, "ada")


class Clock:
    """Both clocks of the verifier, set by hand from now on."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as mine:
        yield mine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def verifier(issuer: Issuer, clock: Clock) -> AsyncIterator[TokenVerifier]:
    async with httpx.AsyncClient() as client:
        keys = IssuerKeys(issuer.url, client, clock)
        yield TokenVerifier(keys, issuer=issuer.url, audience=AUDIENCE, role_claim="role", clock=clock)


async def test_a_token_of_the_issuer_names_its_principal(issuer: Issuer, verifier: TokenVerifier) -> None:
    token = issuer.token(name="Ada Lovelace", email="ada@example.org")
    assert await verifier.verify(token) == Principal(Role.AGENT, "ada", "Ada Lovelace", "ada@example.org")


async def test_a_token_is_verified_once(issuer: Issuer, verifier: TokenVerifier) -> None:
    token = issuer.token()
    await verifier.verify(token)
    issuer.answers = False
    assert await verifier.verify(token) == ADA
    assert issuer.fetches == 1


def _public_pem(issuer: Issuer) -> bytes:
    return issuer.keys["one"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _part(value: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def _unsigned(issuer: Issuer) -> str:
    return b".".join((_part({"alg": "none", "kid": "one"}), _part(issuer.claims()), b"")).decode()


def _signed_with_the_public_key(issuer: Issuer) -> str:
    """The old confusion: a public key, which everyone has, taken as the secret of an HMAC."""
    signed = b".".join((_part({"alg": "HS256", "kid": "one"}), _part(issuer.claims())))
    mac = hmac.new(_public_pem(issuer), signed, hashlib.sha256).digest()
    return b".".join((signed, base64.urlsafe_b64encode(mac).rstrip(b"="))).decode()


def _tampered(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    return ".".join((head, _part(issuer.claims(role="admin")).decode(), signature))


WRONG: dict[str, Callable[[Issuer], str]] = {
    "garbage": lambda _: "garbage",
    "three dots": lambda _: "...",
    "not base64": lambda _: "é.é.é",
    "unsigned": _unsigned,
    "HMAC by the public key": _signed_with_the_public_key,
    "tampered": _tampered,
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 60),
    "without an expiry": lambda issuer: issuer.token(exp=None),
    "not valid yet": lambda issuer: issuer.token(nbf=int(time.time()) + 3600),
    "for another audience": lambda issuer: issuer.token(aud="elsewhere"),
    "for no audience": lambda issuer: issuer.token(aud=None),
    "of another issuer": lambda issuer: issuer.token(iss="http://127.0.0.1:1"),
    "of no subject": lambda issuer: issuer.token(sub=None),
    "of an empty subject": lambda issuer: issuer.token(sub=""),
    "of a subject with NUL": lambda issuer: issuer.token(sub="a\0b"),
    "of half a surrogate pair": lambda issuer: issuer.token(sub="\ud800"),
    "of a long subject": lambda issuer: issuer.token(sub="a" * 256),
    "signed by another": lambda issuer: issuer.token(key=new_key()),
    "of an unknown key": lambda issuer: issuer.token(kid="two", key=new_key()),
    "too long": lambda issuer: issuer.token(name="a" * 10_000),
    "of a key id that is no text": lambda issuer: b".".join(
        (_part({"alg": "RS256", "kid": 1}), _part(issuer.claims()), b"AAAA")
    ).decode(),
}


@pytest.mark.parametrize("fault", WRONG)
async def test_what_does_not_hold(issuer: Issuer, verifier: TokenVerifier, fault: str) -> None:
    with pytest.raises(BadToken):
        await verifier.verify(WRONG[fault](issuer))


async def test_a_token_without_a_known_role_is_genuine_and_of_no_use(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    for role in ("owner", None, 7, [], ["owner"], {"agent": True}):
        with pytest.raises(NoRole):
            await verifier.verify(issuer.token(role=role))


async def test_of_several_roles_the_strongest_counts(issuer: Issuer, verifier: TokenVerifier) -> None:
    assert (await verifier.verify(issuer.token(role=["requester", "lead", "x"]))).role is Role.LEAD


async def test_a_role_deeper_in_the_token(issuer: Issuer) -> None:
    async with httpx.AsyncClient() as client:
        keys = IssuerKeys(issuer.url, client)
        verifier = TokenVerifier(keys, issuer=issuer.url, audience=AUDIENCE, role_claim="realm_access.roles")
        token = issuer.token(realm_access={"roles": ["analyst"]})
        assert await verifier.verify(token) == Principal(Role.ANALYST, "ada")


async def test_a_name_that_could_not_be_kept_is_left_out(issuer: Issuer, verifier: TokenVerifier) -> None:
    assert await verifier.verify(issuer.token(name="A\0da", email=7)) == ADA


async def test_a_new_key_is_found(issuer: Issuer, verifier: TokenVerifier, clock: Clock) -> None:
    await verifier.verify(issuer.token())
    issuer.keys = {"two": new_key()}
    clock.now += 6
    assert await verifier.verify(issuer.token("two")) == ADA
    with pytest.raises(BadToken):
        await verifier.verify(issuer.token("one", key=new_key()))


async def test_tokens_of_a_withdrawn_key_lose_their_force(
    issuer: Issuer, verifier: TokenVerifier, clock: Clock
) -> None:
    token = issuer.token(exp=int(clock.now + 10_000))
    assert await verifier.verify(token) == ADA
    issuer.keys = {"two": new_key()}
    clock.now += MAX_AGE_S + 1
    with pytest.raises(BadToken):
        await verifier.verify(token)


async def test_unknown_keys_do_not_flood_the_issuer(issuer: Issuer, verifier: TokenVerifier) -> None:
    for number in range(20):
        with pytest.raises(BadToken):
            await verifier.verify(issuer.token(f"none-{number}", key=issuer.keys["one"]))
    assert issuer.fetches == 1


async def test_a_silent_issuer_is_not_a_bad_token(issuer: Issuer, verifier: TokenVerifier, clock: Clock) -> None:
    issuer.answers = False
    with pytest.raises(KeysUnavailable):
        await verifier.verify(issuer.token())
    issuer.answers = True
    clock.now += 2
    assert await verifier.verify(issuer.token()) == ADA


async def test_keys_that_were_fetched_outlast_the_issuers_silence(
    issuer: Issuer, verifier: TokenVerifier, clock: Clock
) -> None:
    await verifier.verify(issuer.token())
    issuer.answers = False
    clock.now += MAX_AGE_S + 1
    assert await verifier.verify(issuer.token(sub="ben")) == Principal(Role.AGENT, "ben")
    with pytest.raises(KeysUnavailable):
        await verifier.verify(issuer.token("two", key=new_key()))
