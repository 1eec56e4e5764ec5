"""Errors as RFC 9457 problems: every refusal over HTTP has a status, a stable code and a sentence."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from shared.runtime.http.allowed import allowed_methods

MEDIA_TYPE = "application/problem+json"


class ProblemBody(BaseModel):
    """RFC 9457, section 3.1, and `code`, which programs may rely on. `allowed`: what is permitted instead."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    allowed: list[str] | None = None


class Problem(Exception):
    """Raised by a route; answered as a problem document."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


def problem_response(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Answer every error of the app as a problem; a malformed body or parameter is 400."""

    @app.exception_handler(Problem)
    async def problem(_: Request, raised: Problem) -> JSONResponse:
        return problem_response(raised.status, raised.code, raised.detail, raised.headers, **raised.more)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, refusal: RequestValidationError) -> JSONResponse:
        faults = [
            {"place": ".".join(str(part) for part in fault["loc"]), "reason": fault["msg"]}
            for fault in refusal.errors()
        ]
        said = "; ".join(f"{fault['place']}: {fault['reason']}" for fault in faults[:5])
        return problem_response(400, "malformed", said, faults=faults)

    @app.exception_handler(HTTPException)
    async def http(request: Request, raised: HTTPException) -> JSONResponse:
        code = HTTPStatus(raised.status_code).name.lower()
        headers = dict(raised.headers or {})
        if raised.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(allowed_methods(request))
        return problem_response(raised.status_code, code, str(raised.detail), headers)
