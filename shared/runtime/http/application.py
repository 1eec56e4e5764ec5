"""An HTTP service from its parts: routes with what they need opened, limits, problems, health, document."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared.runtime.background import Background
from shared.runtime.directory.following import open_directory
from shared.runtime.http.auth import open_authentication
from shared.runtime.http.docs_page import install_page
from shared.runtime.http.documented import install_document, problems
from shared.runtime.http.limits import InFlightLimit, JsonBodies
from shared.runtime.http.problems import Problem, install_problems, problem_response
from shared.runtime.http.tracing import Traced
from shared.runtime.settings import Settings

HEALTH = "/v1/health"


@dataclass(frozen=True, slots=True)
class Part:
    """`open` yields what the routes find at `app.state.<name>`; `larger`: body limits of single paths.

    `lasting`: paths whose answers go on for ever, and which bound their number themselves.
    """

    name: str
    routes: APIRouter
    open: Callable[[Settings, Background], AbstractAsyncContextManager[object]]
    larger: Mapping[str, int] = field(default_factory=dict)
    lasting: Sequence[str] = ()


class Health(BaseModel):
    status: Literal["ok"] = "ok"


def application(settings: Settings, parts: Sequence[Part]) -> FastAPI:
    """Serve it inside `app.router.lifespan_context(app)`: that opens the parts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        background = Background()
        app.state.background = background
        async with AsyncExitStack() as opened:
            directory = await opened.enter_async_context(open_directory(settings, background))
            app.state.directory = directory
            app.state.authentication = await opened.enter_async_context(
                open_authentication(settings, directory.api_keys)
            )
            for part in parts:
                setattr(app.state, part.name, await opened.enter_async_context(part.open(settings, background)))
            yield

    app = FastAPI(
        title="Casefold",
        version="1",
        description="A customer-support ticket suite whose tickets are folds over an event log.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `Traced` is ours, and names nobody
    )
    app.add_middleware(JsonBodies, larger={path: n for part in parts for path, n in part.larger.items()})
    lasting = [path for part in parts for path in part.lasting]
    app.add_middleware(InFlightLimit, limit=settings.requests_in_flight, exempt=(HEALTH, *lasting))
    if settings.otlp_endpoint is not None:
        app.add_middleware(Traced)
    for part in parts:
        app.include_router(part.routes)
    app.include_router(_health())
    install_problems(app)
    app.add_exception_handler(Exception, _unexpected)
    install_document(app)
    install_page(app)
    return app


async def _unexpected(_: Request, __: Exception) -> JSONResponse:
    """Whatever was raised goes on to the server's log; the answer tells nothing of it."""
    return problem_response(500, "internal", "Something here is broken; it is on record.")


def _health() -> APIRouter:
    router = APIRouter(prefix=HEALTH, tags=["health"])
    said: dict[int | str, dict[str, Any]] = problems(503)

    @router.get("/live", responses=said)
    async def live(request: Request) -> Health:
        """Whether the process does its work; it asks no other server."""
        background: Background = request.app.state.background
        if background.failure is not None:
            raise Problem(503, "failed", "A part of this process has failed; it ends.")
        return Health()

    @router.get("/ready", responses=said)
    async def ready(request: Request) -> Health:
        """Whether requests may be sent here: everything is opened and nothing has failed."""
        return await live(request)

    return router
