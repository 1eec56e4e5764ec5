"""The HTTP origin in the test's own process, with an issuer of its own."""

from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.runtime.http.application import application
from shared.runtime.settings import Settings
from tests.issuing import Issuer, issuing
from tests.suite import running

As = Callable[[str, str], httpx.AsyncClient]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as mine:
        yield mine


@pytest.fixture
def origin_settings(settings: Settings, issuer: Issuer, redis: str) -> Settings:
    return settings.model_copy(update={"oidc_issuer": issuer.url, "redis_url": redis})


@pytest.fixture
async def origin(origin_settings: Settings) -> AsyncIterator[FastAPI]:
    """Opened, with no processor that would answer."""
    app = application(origin_settings, [INTAKE, QUERIES])
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def processor(settings: Settings) -> Iterator[None]:
    with running(settings, [("services.intake", "processor")]):
        yield


@pytest.fixture
async def as_(origin: FastAPI, issuer: Issuer) -> AsyncIterator[As]:
    """A client for a role and a subject."""
    made: list[httpx.AsyncClient] = []

    def client(role: str, subject: str) -> httpx.AsyncClient:
        token = issuer.token(role=role, sub=subject)
        made.append(bearing(origin, token))
        return made[-1]

    yield client
    for one in made:
        await one.aclose()


def bearing(origin: FastAPI, credential: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(origin),
        base_url="http://casefold/v1",
        headers={"Authorization": f"Bearer {credential}"},
    )
