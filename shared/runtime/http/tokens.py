"""Bearer tokens of people: a JWT of the issuer, verified once and remembered until it expires."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from shared.runtime.http.jwks import ALGORITHMS, MAX_AGE_S, IssuerKeys
from shared.runtime.http.principal import Principal, Role

_LEEWAY_S = 10
_REMEMBERED = 10_000
_MAX_TOKEN = 8192
_MAX_TEXT = 255

_STRONGEST_FIRST = (
    Role.ADMIN,
    Role.LEAD,
    Role.AGENT,
    Role.SERVICE,
    Role.IMPORTER,
    Role.ANALYST,
    Role.REQUESTER,
)


class BadToken(Exception):
    """The token proves nothing: the sentence says why."""


class NoRole(Exception):
    """The token is genuine and names no role that is known here."""


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    until: float


class TokenVerifier:
    """`verify` answers the principal of a token."""

    def __init__(
        self,
        keys: IssuerKeys,
        *,
        issuer: str,
        audience: str,
        role_claim: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._role_claim = role_claim
        self._clock = clock
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """Raise `BadToken`, `NoRole`, or `KeysUnavailable` where the issuer could not be asked."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(digest)
        now = self._clock()
        if known is not None and now < known.until:
            return known.principal
        claims = await self._claims(token)
        principal = _principal(claims, self._role_claim)
        self._verified[digest] = _Verified(principal, min(float(claims["exp"]), now + MAX_AGE_S))
        self._verified.move_to_end(digest)
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)
        return principal

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            if len(token) > _MAX_TOKEN:
                raise BadToken(f"The token is longer than {_MAX_TOKEN} characters.")
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise BadToken("The token is not signed with a public-key algorithm.")
            key = await self._keys.find(header.get("kid"))
            if key is None:
                raise BadToken("The token is signed with a key that its issuer does not have.")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=key.algorithms,
                issuer=self._issuer,
                audience=self._audience,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
            )
        except PyJWTError as refusal:
            raise BadToken(f"The token does not hold: {refusal}.") from refusal
        return claims


def expiry_of(token: str) -> float:
    """When a token that was verified expires, in seconds since 1970."""
    claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return float(claims["exp"])


def _principal(claims: Mapping[str, Any], role_claim: str) -> Principal:
    subject = claims["sub"]
    if _text(subject) is None:
        raise BadToken(f"The token's subject is not a printable text of 1 to {_MAX_TEXT} characters.")
    named = _claim(claims, role_claim)
    roles = named if isinstance(named, list) else [named]
    for role in _STRONGEST_FIRST:
        if role in roles:
            return Principal(role, subject, _text(claims.get("name")), _text(claims.get("email")))
    raise NoRole(f"The claim {role_claim} of the token names no role of this suite.")


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """The claim of that name, else along its dots: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def _text(value: object) -> str | None:
    """What a ticket can keep of a name or an address: no NUL, no half of a surrogate pair, no line break."""
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_TEXT and value.isprintable() else None
