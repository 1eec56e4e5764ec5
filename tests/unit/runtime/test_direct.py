"""A direct route answers as FastAPI's own does, whatever the request."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from shared.runtime.http.direct import DirectRoute
from shared.runtime.http.limits import JsonBodies
from shared.runtime.http.problems import Problem, install_problems

TICKET = "01a20dae-ee59-76d7-8adc-000000000001"
KEY = {"Authorization": "Bearer ada"}


class Wish(BaseModel):
    subject: str = Field(min_length=1)
    urgency: int = 3


async def caller(request: Request) -> str:
    if "authorization" not in request.headers:
        raise Problem(401, "unauthenticated", "Who are you?")
    return request.headers["authorization"].removeprefix("Bearer ")


async def version(
    request: Request, if_match: Annotated[int | None, Header(alias="If-Match")] = None
) -> int | None:
    del request
    return if_match


Caller = Annotated[str, Depends(caller)]
Version = Annotated[int | None, Depends(version)]


async def change(ticket_id: UUID, by: Caller, expected: Version, body: Wish) -> Response:
    return Response(f"{ticket_id} {by} {expected} {body!r}")


async def claim(ticket_id: UUID, by: Caller, expected: Version, body: Wish | None = None) -> Response:
    return Response(f"{ticket_id} {by} {expected} {body!r}")


def app_of(route_class: type[APIRoute]) -> FastAPI:
    router = APIRouter(prefix="/tickets/{ticket_id}", route_class=route_class)
    router.patch("")(change)
    router.post("/claim")(claim)
    app = FastAPI()
    app.add_middleware(JsonBodies, larger={})
    app.include_router(router)
    install_problems(app)
    return app


async def asked(
    app: FastAPI, method: str, path: str, headers: Mapping[str, str], body: str
) -> tuple[int, str, str]:
    if body:
        headers = {"Content-Type": "application/json", **headers}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://casefold") as client:
        answer = await client.request(method, path, content=body, headers=headers)
    return answer.status_code, answer.headers.get("content-type", ""), answer.text


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        (f"/tickets/{TICKET}", KEY, '{"subject":"Zoë 🔥"}', 200),
        (f"/tickets/{TICKET}", KEY, '{"subject":"x","urgency":"2"}', 200),
        (f"/tickets/{TICKET.upper()}", {**KEY, "If-Match": "7"}, '{"subject":"x","more":[1.5,null]}', 200),
        (f"/tickets/{TICKET}", {}, '{"subject":"x"}', 401),
        (f"/tickets/{TICKET}", {}, '{"subject":""}', 401),
        (f"/tickets/{TICKET}", KEY, "", 400),
        (f"/tickets/{TICKET}", KEY, "null", 400),
        (f"/tickets/{TICKET}", KEY, "[]", 400),
        (f"/tickets/{TICKET}", KEY, '{"subject":"","urgency":"much"}', 400),
        (f"/tickets/{TICKET}", {**KEY, "If-Match": "seven"}, '{"subject":""}', 400),
        ("/tickets/seven", KEY, '{"subject":"x"}', 400),
        (f"/tickets/{TICKET}/claim", KEY, "", 200),
        (f"/tickets/{TICKET}/claim", KEY, "null", 200),
        (f"/tickets/{TICKET}/claim", {**KEY, "If-Match": "7"}, '{"subject":"x"}', 200),
        (f"/tickets/{TICKET}/claim", KEY, "{}", 400),
    ],
)
async def test_as_fastapi_answers(path: str, headers: Mapping[str, str], body: str, status: int) -> None:
    method = "POST" if path.endswith("/claim") else "PATCH"
    direct, own = [
        await asked(app_of(route_class), method, path, headers, body) for route_class in (DirectRoute, APIRoute)
    ]
    assert (direct, direct[0]) == (own, status)


def test_the_document_is_fastapis() -> None:
    assert app_of(DirectRoute).openapi() == app_of(APIRoute).openapi()


async def by_query(ticket_id: UUID, size: int) -> Response:
    return Response(f"{ticket_id} {size}")


async def asking_caller(request: Request, by: Caller) -> str:
    del request
    return by


async def by_dependency(ticket_id: UUID, by: Annotated[str, Depends(asking_caller)]) -> Response:
    return Response(f"{ticket_id} {by}")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (by_query, "/{ticket_id}: a direct route takes path parameters, one body and dependencies"),
        (by_dependency, "/{ticket_id}: a direct route's dependency takes the request and headers alone"),
    ],
)
def test_a_function_of_another_shape_is_not_taken(function: Callable[..., Awaitable[Response]], said: str) -> None:
    router = APIRouter(route_class=DirectRoute)
    with pytest.raises(TypeError) as refused:
        router.get("/{ticket_id}")(function)
    assert str(refused.value) == said
