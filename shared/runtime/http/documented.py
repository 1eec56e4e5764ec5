"""What a route's document says of the problems that it may be answered with."""

from itertools import chain
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.runtime.http.problems import MEDIA_TYPE, ProblemBody

_SAYS = {
    400: "The body, a parameter or a header is malformed.",
    401: "No credential, or one that does not hold.",
    403: "Not for this role.",
    404: "There is no such thing, or it is another's.",
    409: "What was expected does not hold, or the id is taken.",
    412: "What `If-Match` asks for does not hold.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Refused by the state machine or a rule, or an idempotency key used again with another body.",
    429: "Asked too often; `Retry-After` says when to go on.",
    503: "Not now; `Retry-After` says when to try again. Nothing was changed.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the `responses` of a route."""
    return {
        status: {
            "description": _SAYS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemBody.__name__}"}}},
        }
        for status in statuses
    }


def install_document(app: FastAPI) -> None:
    """The app's OpenAPI document, with the problems as they are answered: 400 where FastAPI would say 422."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            schemas[ProblemBody.__name__] = ProblemBody.model_json_schema(mode="serialization")
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            for operation in chain.from_iterable(path.values() for path in made["paths"].values()):
                _without_default_422(operation)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # the framework's own way of replacing the document


def _without_default_422(operation: dict[str, Any]) -> None:
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]
