"""What a request about the directory says besides its body: who asks, which versions must hold, how fresh."""

import re
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request
from pydantic.json_schema import SkipJsonSchema

from services.intake.api.asking import Asking, IdempotencyKey
from services.intake.domain.directory_ids import MAX_ID
from shared.events.directory import Only
from shared.runtime.directory.following import Directory
from shared.runtime.http.auth import allow
from shared.runtime.http.directory import directory_of
from shared.runtime.http.principal import READERS, Principal, Role
from shared.runtime.http.problems import Problem
from shared.runtime.read_token import BadReadToken, ReadToken

_VERSION = re.compile('"[0-9]{1,15}"')
_TOKEN = r"^[A-Za-z0-9_-]{38}$"  # noqa: S105 - the form of a read token
_SAYS = "From an answer to a change: wait until that change is visible. One of a ticket's change asks for nothing."

Id = Annotated[str, Path(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["ada"])]
"""Whatever an address may hold: what is no id of a record is found nowhere, and nothing is saved under it."""

Reader = Annotated[Principal, Depends(allow(*READERS))]
Writer = Annotated[Principal, Depends(allow(Role.ADMIN, Role.LEAD))]

_IfMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="If-Match",
        pattern=r'^(\*|"[0-9]{1,15}")$',
        description="The `ETag` that the record must still have, else 412; `*`: there must be a record.",
    ),
]
_IfNoneMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(alias="If-None-Match", pattern=r"^\*$", description="`*`: there must be no record yet, else 412."),
]
IfNoneMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(alias="If-None-Match", description="The `ETag` of an earlier answer: 304 if it is still the same."),
]


async def _removing(request: Request, idempotency_key: IdempotencyKey = None, if_match: _IfMatch = None) -> Asking:
    return Asking(request, request.app.state.intake, idempotency_key, _version(if_match))


async def _saving(
    request: Request,
    idempotency_key: IdempotencyKey = None,
    if_match: _IfMatch = None,
    if_none_match: _IfNoneMatch = None,
) -> tuple[Asking, Only | None]:
    asking = await _removing(request, idempotency_key, if_match)
    if if_none_match is None:
        return asking, Only.CHANGED if if_match is not None else None
    if if_match is not None:
        raise Problem(400, "malformed", "header: If-Match and If-None-Match ask for what cannot be at once.")
    return asking, Only.NEW


def _version(if_match: str | None) -> int | None:
    return int(if_match.strip('"')) if if_match is not None and _VERSION.fullmatch(if_match) else None


Removing = Annotated[Asking, Depends(_removing)]
Saving = Annotated[tuple[Asking, Only | None], Depends(_saving)]


async def _fresh(
    request: Request,
    header: Annotated[
        str | SkipJsonSchema[None],
        Header(alias="Read-Token", description=_SAYS, json_schema_extra={"pattern": _TOKEN}),
    ] = None,
    parameter: Annotated[
        str | SkipJsonSchema[None],
        Query(alias="read_token", description=_SAYS, json_schema_extra={"pattern": _TOKEN}),
    ] = None,
) -> Directory:
    """The directory, once it is as fresh as the read token demands."""
    directory = directory_of(request)
    for text in (header, parameter):
        if text is not None:
            await _reached(directory, text, request)
    return directory


async def _reached(directory: Directory, text: str, request: Request) -> None:
    try:
        token = ReadToken.parse(text)
    except BadReadToken as fault:
        raise Problem(400, "bad_read_token", str(fault)) from fault
    if token.topic_id != request.app.state.intake.directory.events_topic_id:
        return
    try:
        await directory.reached(token.offset)
    except TimeoutError as late:
        said = "The change that the read token stands for has not arrived here yet; ask again."
        raise Problem(503, "read_behind", said, headers={"Retry-After": "1"}) from late


Fresh = Annotated[Directory, Depends(_fresh)]
