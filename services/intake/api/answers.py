"""What a decided wish is answered with: what was recorded, or where it can be asked for later."""

from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.errors import refusal
from services.intake.api.intake import Stream
from services.intake.api.replies import Reply
from shared.events.outcomes import Accepted, Refused

_JSON = "application/json"


class Recorded(BaseModel):
    """The wish was granted, and what it changed is in the log."""

    model_config = ConfigDict(frozen=True)

    ticket_id: UUID
    reference: str | None = Field(description="The ticket's number for people.", examples=["CF-5724"])
    version: int = Field(description="The ticket's version now, also in the `ETag` header.")
    conversation_version: int
    command_id: UUID
    read_token: str | None = Field(description="Bring it to a query, and the query shows this change.")
    follow_up_id: UUID | None = Field(None, description="The new ticket that the message went to instead.")
    repeated: bool = Field(default=False, description="It had been granted before; nothing was done again.")


class Unknown(BaseModel):
    """The wish is on its way, or lost; the address answers what became of it."""

    model_config = ConfigDict(frozen=True)

    command_id: UUID
    href: str = Field(examples=["/v1/commands/0189d3f4-0000-7000-8000-000000000001"])


def command_href(command_id: UUID) -> str:
    return f"/v1/commands/{command_id}"


def recorded(stream: Stream[Any], ticket_id: UUID, reply: Reply) -> Recorded:
    """Raise the problem that a refusal is answered with."""
    outcome = reply.outcome
    match outcome.result:
        case Accepted() as accepted:
            return Recorded(
                ticket_id=ticket_id,
                reference=accepted.reference,
                version=accepted.version,
                conversation_version=accepted.conversation_version,
                command_id=outcome.command_id,
                read_token=stream.read_token(reply),
                follow_up_id=accepted.follow_up_id,
                repeated=accepted.repeated,
            )
        case Refused() as refused:
            raise refusal(refused)


def recorded_response(answer: Recorded, *, opened: bool) -> Response:
    headers = {"ETag": f'"{answer.version}"'}
    if answer.read_token is not None:
        headers["Read-Token"] = answer.read_token
    if opened:
        headers["Location"] = f"/v1/tickets/{answer.ticket_id}"
    return Response(answer.model_dump_json(), 201 if opened else 200, headers, _JSON)


def unknown_response(command_id: UUID) -> Response:
    href = command_href(command_id)
    return Response(
        Unknown(command_id=command_id, href=href).model_dump_json(),
        202,
        {"Location": href, "Retry-After": "1"},
        _JSON,
    )
