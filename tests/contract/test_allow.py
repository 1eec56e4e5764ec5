"""A 405 says every method that its path takes, whichever part of the origin takes it."""

import re

import httpx
import pytest
from fastapi import FastAPI

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.runtime.http.application import application
from shared.runtime.settings import Settings

SOME = "0189d3f4-0000-7000-8000-000000000001"
OTHERS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def origin() -> FastAPI:
    return application(Settings(), [INTAKE, QUERIES])


def documented(app: FastAPI) -> dict[str, set[str]]:
    """Each path, its parameters filled in, with the methods that the document names."""
    paths = app.openapi()["paths"]
    return {
        re.sub(r"{\w+}", SOME, path): {method.upper() for method in methods} for path, methods in paths.items()
    }


async def test_the_list_is_that_of_the_document(origin: FastAPI) -> None:
    known = documented(origin)
    assert known["/v1/tickets"] == {"GET", "POST"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(origin), base_url="http://origin") as client:
        for path, methods in known.items():
            refused = sorted(set(OTHERS) - methods)
            for method in [*refused, "PURGE"]:
                answer = await client.request(method, path)
                said = (answer.status_code, answer.json()["code"], set(answer.headers["Allow"].split(", ")))
                assert said == (405, "method_not_allowed", methods), (method, path)
