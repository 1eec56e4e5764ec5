"""Routes of the directory's API keys: issued, listed and revoked by admins."""

import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from uuid_utils.compat import uuid7

from services.intake.api.answers import Unknown
from services.intake.api.asking import AskingDep
from services.intake.api.directory_asking import ask_directory
from services.intake.api.values import Body
from shared.events.directory import ApiKeyRole, IssueApiKey, RevokeApiKey
from shared.events.identity import caller_namespace
from shared.runtime.directory.api_keys import PREFIX, ListedKey, digest_of
from shared.runtime.http.auth import allow
from shared.runtime.http.directory import directory_of
from shared.runtime.http.documented import problems
from shared.runtime.http.principal import Principal, Role

router = APIRouter(prefix="/directory/api-keys", tags=["directory"])

_Admin = Annotated[Principal, Depends(allow(Role.ADMIN))]
_KEY_BYTES = 32


class IssueBody(Body):
    name: str = Field(
        min_length=1,
        max_length=63,
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        description="The service that holds it; what it does is on record under this name.",
        examples=["billing"],
    )
    role: Literal[ApiKeyRole.SERVICE, ApiKeyRole.IMPORTER, ApiKeyRole.ANALYST]


class ApiKeyBody(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    role: ApiKeyRole
    issued_at: datetime
    issued_by: str
    revoked_at: datetime | None = None


class IssuedBody(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    role: ApiKeyRole
    key: str | None = Field(
        description="Shown this once and kept nowhere; null where a repeated request finds it issued."
    )


class ApiKeyList(BaseModel):
    items: list[ApiKeyBody] = Field(description="Every key that was ever issued, the oldest first.")


@router.post(
    "",
    status_code=201,
    response_model=IssuedBody,
    responses={202: {"model": Unknown}, **problems(400, 401, 403, 409, 413, 415, 422, 503)},
)
async def issue_api_key(principal: _Admin, asking: AskingDep, body: IssueBody) -> Response:
    """Issue an API key; the answer shows it, once."""
    key = PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    key_id = uuid7()
    if asking.idempotency_key is not None:
        key_id = uuid5(caller_namespace(principal.role, principal.id), f"api-key/{asking.idempotency_key}")
    wish = IssueApiKey(body.name, body.role, digest_of(key))
    granted = await ask_directory(asking, principal, str(key_id), wish)
    if isinstance(granted, Response):
        return granted
    shown = None if granted.accepted.repeated else key
    issued = IssuedBody(id=key_id, name=body.name, role=body.role, key=shown)
    return Response(issued.model_dump_json(), 201, {"Location": f"/v1{router.prefix}"}, "application/json")


@router.get("", responses=problems(401, 403, 503))
async def list_api_keys(principal: _Admin, request: Request) -> ApiKeyList:
    """List the API keys, without the keys themselves."""
    del principal
    return ApiKeyList(items=[_listed(key) for key in directory_of(request).api_keys.listed()])


@router.delete(
    "/{key_id}",
    status_code=204,
    response_class=Response,
    responses={202: {"model": Unknown}, **problems(400, 401, 403, 404, 503)},
)
async def revoke_api_key(key_id: UUID, principal: _Admin, asking: AskingDep) -> Response:
    """Revoke an API key: within a second no process takes it any more."""
    granted = await ask_directory(asking, principal, str(key_id), RevokeApiKey())
    return granted if isinstance(granted, Response) else Response(status_code=204)


def _listed(key: ListedKey) -> ApiKeyBody:
    return ApiKeyBody(
        id=UUID(key.id),
        name=key.name,
        role=key.role,
        issued_at=key.issued_at,
        issued_by=key.issued_by,
        revoked_at=key.revoked_at,
    )
