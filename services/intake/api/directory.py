"""Routes of the directory's records: list, read, save, remove, and who changed what, for each kind."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response
from starlette.convertors import Convertor, register_url_convertor

from services.intake.api.answers import Unknown
from services.intake.api.directory_answers import History, Kept, KeptPage, Saved
from services.intake.api.directory_handlers import Handlers
from services.intake.api.directory_kinds import KINDS_OF_RECORDS, Document, Kind, opened
from services.intake.api.directory_requests import Id, Saving, Writer
from shared.events.directory_records import Category
from shared.runtime.http.documented import problems

_Responses = dict[int | str, dict[str, Any]]

_ETAG = {"ETag": {"description": "The record's version, quoted.", "schema": {"type": "string"}}}
_TOKEN = {"Read-Token": {"description": "Bring it to another process.", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "Where to read it.", "schema": {"type": "string"}}}

_LISTED: _Responses = problems(400, 401, 403, 503)
_TOLD: _Responses = problems(400, 401, 403, 404, 503)
_READ: _Responses = {
    200: {"headers": _ETAG},
    304: {"description": "It still has the version of `If-None-Match`."},
    **_TOLD,
}
_CHANGED: _Responses = {
    202: {"model": Unknown, "description": "Not known in time; the address answers what became of it."},
    **problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 503),
}
_SAVED: _Responses = {
    200: {"model": Saved, "description": "It is so now, or was before.", "headers": {**_ETAG, **_TOKEN}},
    201: {"model": Saved, "description": "Made.", "headers": {**_ETAG, **_TOKEN, **_LOCATION}},
    **_CHANGED,
}
_REMOVED: _Responses = {204: {"description": "It is not there any more.", "headers": _TOKEN}, **_CHANGED}


class _CategoryId(Convertor[str]):
    """A category's id may hold slashes, and `history` at the end of an address is not a part of it."""

    regex = r".+(?<!/history)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


_CATEGORY = "category_id"
register_url_convertor(_CATEGORY, _CategoryId())


def _routes(kind: Kind) -> APIRouter:
    """One set for each kind, so that the document says what each takes and answers."""
    router = APIRouter(prefix=f"/directory/{kind.name}", tags=["directory"])
    does = Handlers(kind)
    body: Any = kind.document
    one = f"/{{record_id:{_CATEGORY}}}" if Category in kind.bodies else "/{record_id}"
    router.add_api_route(
        "",
        does.list,
        name=f"list_{kind.name}",
        description=f"The {kind.name} that there are, a page at a time.",
        response_model=KeptPage[body],
        responses=_LISTED,
    )
    router.add_api_route(
        f"{one}/history",
        does.history,
        name=f"get_{kind.one}_history",
        description=f"Who changed this {kind.one} and when, and what it was from then on.",
        response_model=History[body],
        responses=_TOLD,
    )
    router.add_api_route(
        one,
        does.read,
        name=f"get_{kind.one}",
        description=f"One {kind.one}.",
        response_model=Kept[body],
        responses=_READ,
    )
    router.add_api_route(
        one,
        _save(does, body),
        methods=["PUT"],
        name=f"save_{kind.one}",
        description=f"Make this {kind.one}, or put it in place of what is there. Unchanged, it keeps its version.",
        response_model=Saved,
        responses=_SAVED,
    )
    router.add_api_route(
        one,
        does.remove,
        methods=["DELETE"],
        name=f"remove_{kind.one}",
        description=f"Remove this {kind.one}; refused while others name it.",
        status_code=204,
        response_class=Response,
        responses=_REMOVED,
    )
    return router


def _save(does: Handlers, body_type: object) -> Callable[..., Awaitable[Response]]:
    async def save(record_id: Id, principal: Writer, saving: Saving, body: Document) -> Response:
        return await does.save(record_id, principal, saving, opened(body))

    save.__annotations__["body"] = body_type  # the kind's own, which is known only now
    return save


router = APIRouter()
for each in KINDS_OF_RECORDS:
    router.include_router(_routes(each))
