"""The issuer's signing keys, found by OIDC discovery and fetched again when a token names an unknown one."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain

import httpx
from jwt import PyJWK
from jwt.algorithms import AllowedPublicKeys
from jwt.exceptions import PyJWTError
from pydantic import BaseModel, ConfigDict, ValidationError

_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA",),
}
"""What a key of each type or curve may sign with: public-key signatures only, so never `none` and never HS*."""

ALGORITHMS = frozenset(chain.from_iterable(_ALGORITHMS.values()))

MAX_AGE_S = 300.0
"""Keys older than this are fetched again before a token is verified, so that a withdrawn one loses its force."""
_PAUSE_S = 5.0
"""At most one fetch in this time, whatever the tokens say."""
_PAUSE_AFTER_FAILURE_S = 1.0


class KeysUnavailable(Exception):
    """The issuer's keys could not be fetched, so nothing can be said about the token."""


class _Discovery(BaseModel):
    """OpenID Connect Discovery 1.0, section 3; the rest is not needed."""

    issuer: str
    jwks_uri: str


class _Jwk(BaseModel):
    """RFC 7517, section 4; what a type of key needs besides is read by the signature library."""

    model_config = ConfigDict(extra="allow")

    kty: str
    kid: str | None = None
    use: str | None = None
    alg: str | None = None
    crv: str | None = None


class _JwkSet(BaseModel):
    keys: list[_Jwk]


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the algorithms that a token signed with it may name."""

    key: AllowedPublicKeys
    algorithms: tuple[str, ...]


class IssuerKeys:
    """`find` answers the key of a token's `kid`."""

    def __init__(
        self, issuer: str, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._clock = clock
        self._keys: dict[str | None, VerificationKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fault: str | None = None
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None) -> VerificationKey | None:
        """None: the issuer has no such key. Raise `KeysUnavailable` where it could not be asked."""
        if self._fetched_at is None or self._clock() - self._fetched_at > MAX_AGE_S or self._held(kid) is None:
            await self._refresh()
        found = self._held(kid)
        if found is None and self._fault is not None:
            raise KeysUnavailable(self._fault)
        return found

    def _held(self, kid: str | None) -> VerificationKey | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        """An issuer that does not answer takes nothing away: the keys that were held stay in force."""
        async with self._lock:
            pause = _PAUSE_S if self._fault is None else _PAUSE_AFTER_FAILURE_S
            if self._tried_at is not None and self._clock() - self._tried_at < pause:
                return
            try:
                self._keys = await self._fetch()
            except (httpx.HTTPError, ValidationError, KeysUnavailable) as failure:
                self._fault = f"the keys of {self._issuer} could not be fetched: {type(failure).__name__}"
            else:
                self._fetched_at = self._clock()
                self._fault = None
            finally:
                self._tried_at = self._clock()

    async def _fetch(self) -> dict[str | None, VerificationKey]:
        answer = await self._client.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        discovery = _Discovery.model_validate_json(answer.raise_for_status().content)
        if discovery.issuer != self._issuer:
            raise KeysUnavailable("the discovery document is another issuer's")
        answer = await self._client.get(discovery.jwks_uri)
        found = _JwkSet.model_validate_json(answer.raise_for_status().content)
        keys = {jwk.kid: key for jwk in found.keys if (key := _usable(jwk)) is not None}
        if not keys:
            raise KeysUnavailable("there is no key in the set that could verify a signature")
        return keys


def _usable(jwk: _Jwk) -> VerificationKey | None:
    """None for a secret, an encryption key, or a key of a kind that is not known here."""
    algorithms = _ALGORITHMS.get(jwk.kty) or _ALGORITHMS.get(jwk.crv or "") or ()
    if jwk.alg is not None:
        algorithms = tuple(name for name in algorithms if name == jwk.alg)
    if not algorithms or jwk.use not in (None, "sig"):
        return None
    try:
        return VerificationKey(PyJWK(jwk.model_dump(exclude_none=True), algorithms[0]).key, algorithms)
    except PyJWTError:
        return None
