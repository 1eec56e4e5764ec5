"""What the routes' documents say of their answers."""

from typing import Any

from services.intake.api.answers import Recorded, Unknown
from shared.runtime.http.documented import problems

_ETAG = {
    "ETag": {"description": "The ticket's version, quoted.", "schema": {"type": "string"}},
    "Read-Token": {
        "description": "Bring it to a query, and the query shows this change.",
        "schema": {"type": "string"},
    },
}
_LOCATION = {"Location": {"description": "Where to read it.", "schema": {"type": "string"}}}
_RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}


def answers(*, opened: bool = False) -> dict[int | str, dict[str, Any]]:
    """Every answer of a route that sends a command about one ticket."""
    granted = {
        "model": Recorded,
        "description": "Recorded: what it changed is in the log.",
        "headers": {**_ETAG, **_LOCATION} if opened else _ETAG,
    }
    unknown = {
        "model": Unknown,
        "description": "Not known in time; the address answers what became of it.",
        "headers": {**_LOCATION, **_RETRY},
    }
    codes = (
        (400, 401, 403, 409, 413, 415, 422, 429, 503)
        if opened
        else (400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503)
    )
    return {201 if opened else 200: granted, 202: unknown, **problems(*codes)}
