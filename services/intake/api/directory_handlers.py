"""What the routes of one kind of record do: list, read, tell the history, save, remove."""

from typing import Annotated

from fastapi import Query, Response
from pydantic.json_schema import SkipJsonSchema

from services.intake.api.asking import Asking
from services.intake.api.directory_answers import Kept, KeptPage, Saved
from services.intake.api.directory_asking import Granted, ask_directory
from services.intake.api.directory_bodies import AnyBody
from services.intake.api.directory_copies import body_of, record_of
from services.intake.api.directory_history import history_of
from services.intake.api.directory_kinds import Kind
from services.intake.api.directory_requests import Fresh, Id, IfNoneMatch, Reader, Removing, Writer
from services.intake.api.values import Reason
from services.intake.domain.directory_warnings import warnings_of
from shared.events.directory import Only, RemoveRecord, SaveRecord
from shared.events.directory_records import Record, record_key
from shared.events.personal import IdentityCodec, PersonalCodec
from shared.runtime.directory.following import Directory
from shared.runtime.directory.records import KnownRecord
from shared.runtime.http.directory import directory_of
from shared.runtime.http.principal import Principal
from shared.runtime.http.problems import Problem

_After = Annotated[str | SkipJsonSchema[None], Query(max_length=255, description="`next` of the page before.")]
_Before = Annotated[
    int | SkipJsonSchema[None], Query(ge=1, le=2**31 - 1, description="`next` of the page before.")
]
_Limit = Annotated[int, Query(ge=1, le=1000)]
_Reason = Annotated[Reason | SkipJsonSchema[None], Query()]


class Handlers:
    """Of the records of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._codec: PersonalCodec = IdentityCodec()

    async def list(self, _: Reader, directory: Fresh, after: _After = None, limit: _Limit = 100) -> Response:
        found = [
            (known, record)
            for known, record in directory.records.there(self._key(""))
            if after is None or known.key > self._key(after)
        ]
        items = [self._kept(*each) for each in found[:limit]]
        page: KeptPage[AnyBody] = KeptPage(items=items, next=items[-1].id if len(found) > limit else None)
        return _json(page.model_dump_json())

    async def read(
        self, record_id: Id, _: Reader, directory: Fresh, if_none_match: IfNoneMatch = None
    ) -> Response:
        known = self._known(directory, record_id)
        if known.record is None:
            raise _not_found(known.key)
        headers = {"ETag": f'"{known.version}"', "Cache-Control": "private, no-cache", "Vary": "Authorization"}
        if if_none_match is not None and headers["ETag"] in if_none_match:
            return Response(status_code=304, headers=headers)
        return _json(self._kept(known, known.record).model_dump_json(), 200, headers)

    async def history(
        self, record_id: Id, _: Reader, directory: Fresh, before: _Before = None, limit: _Limit = 100
    ) -> Response:
        known = self._known(directory, record_id)
        page = await history_of(directory, known, self._codec, (before, limit))
        return _json(page.model_dump_json())

    async def save(
        self, record_id: str, principal: Principal, saving: tuple[Asking, Only | None], body: AnyBody
    ) -> Response:
        asking, only = saving
        key, records = self._key(record_id), directory_of(asking.request).records
        before = records.get(key)
        record = record_of(record_id, body, self._codec, None if before is None else before.record)
        granted = await ask_directory(asking, principal, key, SaveRecord(record, only))
        if isinstance(granted, Response):
            return granted
        saved = Saved(
            id=record_id,
            version=granted.accepted.version,
            command_id=granted.command_id,
            read_token=granted.read_token,
        )
        known = records.get(key)
        made = known is not None and known.created and known.command_id == granted.command_id
        headers = {"ETag": f'"{saved.version}"', "Location": asking.request.url.path, **_token(granted)}
        return _json(saved.model_dump_json(), 201 if made else 200, headers)

    async def remove(self, record_id: Id, principal: Writer, asking: Removing, reason: _Reason = None) -> Response:
        granted = await ask_directory(asking, principal, self._key(record_id), RemoveRecord(reason))
        return granted if isinstance(granted, Response) else Response(status_code=204, headers=_token(granted))

    def _key(self, record_id: str) -> str:
        return record_key(self._kind.name, record_id)

    def _known(self, directory: Directory, record_id: str) -> KnownRecord:
        known = directory.records.get(self._key(record_id))
        if known is None:
            raise _not_found(self._key(record_id))
        return known

    def _kept(self, known: KnownRecord, record: Record) -> Kept[AnyBody]:
        record_id = known.key.partition("/")[2]
        body = body_of(record_id, record, self._codec)
        return Kept(
            id=record_id,
            version=known.version,
            changed_at=known.changed_at,
            record=body,
            warnings=warnings_of(record),
        )


def _not_found(key: str) -> Problem:
    return Problem(404, "not_found", f"There is no {key} in the directory.")


def _token(granted: Granted) -> dict[str, str]:
    return {} if granted.read_token is None else {"Read-Token": granted.read_token}


def _json(body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, "application/json")
