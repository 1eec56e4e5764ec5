"""What a request may be: how large, of which type, what its JSON may hold, and how many there are at once."""

import re
from collections.abc import Mapping

from pydantic_core import from_json
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.http.problems import problem_response

MAX_BODY_BYTES = 256 * 1024

JSON = "casefold.json"
"""Where in the scope a body's JSON value is, once `JsonBodies` has let it pass; absent without a body."""

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_JSON_TYPE = re.compile(rb"application/(?:[a-z0-9!#$&^_.-]+\+)?json", re.IGNORECASE)
_OTHER_CHARSET = re.compile(rb";\s*charset=(?!\"?utf-?8\"?\s*(?:;|$))", re.IGNORECASE)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class InFlightLimit:
    """Beyond `limit` requests at once the answer is 503, at once; paths that begin with `exempt` are let by."""

    def __init__(self, app: ASGIApp, limit: int, exempt: tuple[str, ...]) -> None:
        self._app = app
        self._limit = limit
        self._exempt = exempt
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._exempt):
            await self._app(scope, receive, send)
            return
        if self._count >= self._limit:
            said = "There is more to do here than can be done at once; try again."
            refusal = problem_response(503, "overloaded", said, {"Retry-After": "1"})
            await refusal(scope, receive, send)
            return
        self._count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._count -= 1


class JsonBodies:
    """Reads a body before the routes do, and refuses one that could not be kept as it is.

    `larger` gives single paths another limit than `MAX_BODY_BYTES`.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int]) -> None:
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], MAX_BODY_BYTES)
        try:
            body = await _read(scope, receive, limit)
        except ClientDisconnect:
            return
        if body is None:
            said = f"The body is larger than the {limit} bytes that this route takes."
            refusal = problem_response(413, "too_large", said, {"Connection": "close"})
            await refusal(scope, receive, send)
            return
        if body:
            if not _is_json(scope):
                refusal = problem_response(415, "unsupported_media_type", "Send application/json in UTF-8.")
                await refusal(scope, receive, send)
                return
            try:
                scope[JSON] = kept(body)
            except ValueError as fault:
                await problem_response(400, "malformed", f"body: {fault}")(scope, receive, send)
                return
        await self._app(scope, _replay(body, receive), send)


def kept(body: bytes) -> object:
    """The value of a body. Raise `ValueError` where it is not JSON that a log and a database can keep.

    The parser refuses what is not UTF-8, half of a surrogate pair, NaN, and nesting beyond some 200 levels.
    """
    try:
        value: object = from_json(body, allow_inf_nan=False)
    except ValueError as refusal:
        raise ValueError(f"not JSON that can be kept: {refusal}") from refusal
    if b"\\u0000" in body and _NUL.search(body):
        raise ValueError("a text holds the character NUL (\\u0000), which cannot be kept; leave it out")
    return value


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The body, or None where it is larger than `limit`; no more of it is read than that."""
    stated = _header(scope, b"content-length")
    if stated is not None and int(stated) > limit:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _is_json(scope: Scope) -> bool:
    stated = _header(scope, b"content-type") or b""
    return _JSON_TYPE.fullmatch(stated.partition(b";")[0].strip()) is not None and not _OTHER_CHARSET.search(
        stated
    )


def _header(scope: Scope, name: bytes) -> bytes | None:
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return None


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
