"""Routes of what is done with one ticket, a route for each step of its life."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from services.intake.api.answers import Recorded
from services.intake.api.asking import VersionedAsking
from services.intake.api.bodies import (
    AssignBody,
    ClaimBody,
    CloseBody,
    MessageBody,
    ReasonBody,
    RedactBody,
    ResolveBody,
)
from services.intake.api.documented import answers
from services.intake.api.senders import senders
from services.intake.api.wishes import message_of
from shared.events.agent import ReserveSlot, SlotPurpose
from shared.events.ticket_commands import (
    AddNote,
    AssignTicket,
    AwaitCustomer,
    AwaitInternal,
    ClaimTicket,
    CloseTicket,
    RedactMessage,
    ReopenTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
    ResumeTicket,
    UnassignTicket,
)
from shared.events.ticket_values import CloseReason
from shared.runtime.http.direct import DirectRoute
from shared.runtime.http.principal import Principal, Role

router = APIRouter(prefix="/tickets/{ticket_id}", tags=["tickets"], responses=answers(), route_class=DirectRoute)


@router.post("/claim", response_model=Recorded)
async def claim_ticket(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(ClaimTicket))],
    asking: VersionedAsking,
    body: ClaimBody | None = None,
) -> Response:
    """Take a ticket that nobody has; of two who try, the first wins. Refused at your limit of tickets."""
    wish = ReserveSlot(ticket_id, SlotPurpose.CLAIMED)
    return await asking.ask_slot(principal, principal.id, wish, body)


@router.post("/assign", response_model=Recorded)
async def assign_ticket(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(AssignTicket))],
    asking: VersionedAsking,
    body: AssignBody,
) -> Response:
    """Give the ticket to an agent; a new ticket becomes open. Only leads and admins may pass the agent's limit."""
    wish = ReserveSlot(ticket_id, SlotPurpose.ASSIGNED)
    return await asking.ask_slot(principal, body.assignee_id, wish, body)


@router.post("/unassign", response_model=Recorded)
async def unassign_ticket(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(UnassignTicket))],
    asking: VersionedAsking,
    body: ReasonBody | None = None,
) -> Response:
    """Take the ticket from its agent; its state stays."""
    return await asking.ask(principal, ticket_id, UnassignTicket(_reason(body)), body)


@router.post("/replies", response_model=Recorded)
async def reply(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(ReplyAsRequester, ReplyToRequester))],
    asking: VersionedAsking,
    body: MessageBody,
) -> Response:
    """Answer: staff the requester, a requester the staff.

    A requester's message reopens a resolved ticket inside the hold; later it opens a follow-up.
    """
    message = message_of(body, ticket_id, asking.intake.codec)
    by_requester = principal.role is Role.REQUESTER
    wish = ReplyAsRequester(message) if by_requester else ReplyToRequester(message)
    return await asking.ask(principal, ticket_id, wish, body)


@router.post("/notes", response_model=Recorded)
async def add_note(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(AddNote))],
    asking: VersionedAsking,
    body: MessageBody,
) -> Response:
    """Add an internal note, which no requester sees."""
    return await asking.ask(principal, ticket_id, AddNote(message_of(body, ticket_id, asking.intake.codec)), body)


@router.post("/await-customer", response_model=Recorded)
async def await_customer(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(AwaitCustomer))],
    asking: VersionedAsking,
    body: ReasonBody | None = None,
) -> Response:
    """Wait for the requester."""
    return await asking.ask(principal, ticket_id, AwaitCustomer(_reason(body)), body)


@router.post("/await-internal", response_model=Recorded)
async def await_internal(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(AwaitInternal))],
    asking: VersionedAsking,
    body: ReasonBody | None = None,
) -> Response:
    """Wait for someone inside."""
    return await asking.ask(principal, ticket_id, AwaitInternal(_reason(body)), body)


@router.post("/resume", response_model=Recorded)
async def resume_ticket(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(ResumeTicket))],
    asking: VersionedAsking,
    body: ReasonBody | None = None,
) -> Response:
    """Go on with a ticket that waits."""
    return await asking.ask(principal, ticket_id, ResumeTicket(_reason(body)), body)


@router.post("/resolve", response_model=Recorded)
async def resolve_ticket(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(ResolveTicket))],
    asking: VersionedAsking,
    body: ResolveBody | None = None,
) -> Response:
    """Say that the ticket is solved; a requester does so by naming the article that solved it."""
    article_id = None if body is None else body.article_id
    return await asking.ask(principal, ticket_id, ResolveTicket(article_id), body)


@router.post("/reopen", response_model=Recorded)
async def reopen_ticket(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(ReopenTicket))],
    asking: VersionedAsking,
    body: ReasonBody | None = None,
) -> Response:
    """Reopen a resolved ticket, inside the hold."""
    return await asking.ask(principal, ticket_id, ReopenTicket(_reason(body)), body)


@router.post("/close", response_model=Recorded)
async def close_ticket(
    ticket_id: UUID,
    principal: Annotated[Principal, Depends(senders(CloseTicket))],
    asking: VersionedAsking,
    body: CloseBody,
) -> Response:
    """Close a resolved ticket, or any as spam."""
    return await asking.ask(principal, ticket_id, CloseTicket(CloseReason(body.reason)), body)


@router.post("/comments/{version}/redact", response_model=Recorded)
async def redact_message(
    ticket_id: UUID,
    version: Annotated[int, Path(ge=1, le=2**53 - 1, description="The version that brought the message.")],
    principal: Annotated[Principal, Depends(senders(RedactMessage))],
    asking: VersionedAsking,
    body: RedactBody,
) -> Response:
    """Take a message's text out of every read model; that it was there stays on record."""
    return await asking.ask(principal, ticket_id, RedactMessage(version, body.reason), body)


def _reason(body: ReasonBody | None) -> str | None:
    return None if body is None else body.reason
