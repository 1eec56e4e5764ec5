"""Who is asking: a dependency that lets the named roles in, by a token of the issuer or an API key."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from shared.runtime.directory.api_keys import PREFIX, ApiKeys
from shared.runtime.http.jwks import IssuerKeys, KeysUnavailable
from shared.runtime.http.principal import Principal, Role
from shared.runtime.http.problems import Problem
from shared.runtime.http.rate import RateLimit
from shared.runtime.http.tokens import BadToken, NoRole, TokenVerifier
from shared.runtime.settings import Settings

_ISSUER_TIMEOUT_S = 3.0
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="casefold"'}
_BAD_TOKEN = {"WWW-Authenticate": 'Bearer realm="casefold", error="invalid_token"'}


class Authentication:
    """What `allow` asks; one a process, at `app.state.authentication`."""

    def __init__(self, tokens: TokenVerifier, api_keys: ApiKeys, requesters: RateLimit) -> None:
        self._api_keys = api_keys
        self._tokens = tokens
        self._requesters = requesters

    async def principal(self, authorization: str | None) -> Principal:
        """Raise the problem that the request is answered with."""
        scheme, _, credential = (authorization or "").partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise Problem(401, "unauthenticated", "Send a bearer token or an API key.", headers=_CHALLENGE)
        if credential.startswith(PREFIX):
            found = self._api_keys.principal(credential)
            if found is None:
                raise Problem(401, "invalid_token", "The API key is unknown or revoked.", headers=_BAD_TOKEN)
            return found
        try:
            principal = await self._tokens.verify(credential)
        except BadToken as refusal:
            raise Problem(401, "invalid_token", str(refusal), headers=_BAD_TOKEN) from refusal
        except NoRole as refusal:
            raise Problem(403, "forbidden", str(refusal)) from refusal
        except KeysUnavailable as failure:
            raise Problem(
                503, "issuer_unavailable", "The issuer's keys are not at hand.", headers={"Retry-After": "1"}
            ) from failure
        if principal.role is Role.REQUESTER:
            self._limit(principal)
        return principal

    def _limit(self, principal: Principal) -> None:
        wait = self._requesters.wait_s(principal.id)
        if wait > 0:
            after = {"Retry-After": str(math.ceil(wait))}
            raise Problem(429, "too_many_requests", "You are asking too often; slow down.", headers=after)


class allow(SecurityBase):  # noqa: N801 - read as a word: Depends(allow(Role.AGENT))
    """A dependency that answers the principal where its role is one of `roles`, else 401 or 403."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)
        self.scheme_name = "bearer"
        self.model = HTTPBearer(
            bearerFormat="JWT or API key", description="A token of the issuer, or an API key (`cfk_...`)."
        )

    async def __call__(self, request: Request) -> Principal:
        authentication: Authentication = request.app.state.authentication
        principal = await authentication.principal(request.headers.get("authorization"))
        if principal.role not in self.roles:
            raise Problem(403, "forbidden", f"This is not for the role {principal.role}.")
        return principal


def issuer_of(settings: Settings) -> str:
    """The issuer whose tokens hold: the configured one, else the local one of this machine."""
    return settings.oidc_issuer or f"http://127.0.0.1:{settings.local_issuer_port}"


@asynccontextmanager
async def open_authentication(settings: Settings, api_keys: ApiKeys) -> AsyncIterator[Authentication]:
    """Yields at once; the issuer's keys are fetched when the first token comes."""
    issuer = issuer_of(settings)
    async with httpx.AsyncClient(timeout=_ISSUER_TIMEOUT_S, trust_env=settings.oidc_issuer is not None) as client:
        tokens = TokenVerifier(
            IssuerKeys(issuer, client),
            issuer=issuer,
            audience=settings.oidc_audience,
            role_claim=settings.oidc_role_claim,
        )
        yield Authentication(
            tokens, api_keys, RateLimit(settings.requester_requests_per_s, settings.requester_burst)
        )
