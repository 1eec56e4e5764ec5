"""Routes that open and change a ticket."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.intake.api.answers import Recorded
from services.intake.api.asking import AskingDep, VersionedAsking
from services.intake.api.bodies import ChangeTicketBody, OpenTicketBody
from services.intake.api.documented import answers
from services.intake.api.senders import senders
from services.intake.api.wishes import change_of, open_of
from shared.events.ticket_commands import ChangeTicket, OpenTicket
from shared.runtime.http.direct import DirectRoute
from shared.runtime.http.directory import directory_of
from shared.runtime.http.principal import Principal

router = APIRouter(tags=["tickets"], route_class=DirectRoute)

_Opener = Annotated[Principal, Depends(senders(OpenTicket))]
_Changer = Annotated[Principal, Depends(senders(ChangeTicket))]


@router.post("/tickets", status_code=201, response_model=Recorded, responses=answers(opened=True))
async def open_ticket(principal: _Opener, asking: AskingDep, body: OpenTicketBody) -> Response:
    """Open a ticket."""
    ticket_id = body.id or asking.new_ticket_id(principal)
    organisation_of = directory_of(asking.request).records.organisation_of
    wish = open_of(body, principal, ticket_id, asking.intake.codec, organisation_of)
    return await asking.ask(principal, ticket_id, wish, opened=True)


@router.patch("/tickets/{ticket_id}", response_model=Recorded, responses=answers())
async def change_ticket(
    ticket_id: UUID, principal: _Changer, asking: VersionedAsking, body: ChangeTicketBody
) -> Response:
    """Change a ticket's subject, priority, category, team, tags or fields."""
    wish = change_of(body, ticket_id, asking.intake.codec)
    return await asking.ask(principal, ticket_id, wish, body)
