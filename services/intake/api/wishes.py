"""From bodies to command data: personal values sealed, requesters named."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from services.intake.api.bodies import ChangeTicketBody, MessageBody, OpenTicketBody, RequesterBody
from shared.events.identity import requester_id
from shared.events.personal import PersonalCodec
from shared.events.ticket_commands import ChangeTicket, OpenTicket
from shared.events.ticket_values import Message, Requester
from shared.runtime.http.principal import Principal, Role
from shared.runtime.http.problems import Problem

OrganisationOf = Callable[[str], str | None]
"""The id of the organisation that a mail address is of."""


def open_of(
    body: OpenTicketBody,
    principal: Principal,
    ticket_id: UUID,
    codec: PersonalCodec,
    organisation_of: OrganisationOf,
) -> OpenTicket:
    """Raise a problem where staff or a service does not say on whose behalf."""
    requester = requester_of(body.requester, principal, ticket_id, codec, organisation_of)
    return OpenTicket(
        subject=codec.seal(body.subject, person=requester.id, place=f"{ticket_id}/subject"),
        description=codec.seal(body.description, person=requester.id, place=f"{ticket_id}/description"),
        requester=requester,
        channel=body.channel,
        priority=body.priority,
        category=body.category,
        team_id=body.team_id,
        tags=body.tags,
        fields=dict(body.fields),
    )


def requester_of(
    body: RequesterBody | None,
    principal: Principal,
    ticket_id: UUID,
    codec: PersonalCodec,
    organisation_of: OrganisationOf,
) -> Requester:
    """A requester is themself, by the token's name and address unless they give others.

    Whose people they belong to is not theirs to say: that goes by the token's address alone.
    """
    given = body or RequesterBody()
    if principal.role is Role.REQUESTER:
        person = given.id or principal.id
        name, email = given.name or principal.name, given.email or principal.email
        known_by = principal.email
    else:
        person = given.id or (requester_id(given.email) if given.email else "")
        name, email = given.name, given.email
        known_by = email
    if not person:
        raise Problem(400, "malformed", "body.requester: give the id or the email of the requester.")
    return Requester(
        id=person,
        name=None if name is None else codec.seal(name, person=person, place=f"{ticket_id}/name"),
        email=None if email is None else codec.seal(email, person=person, place=f"{ticket_id}/email"),
        organisation=None if known_by is None else organisation_of(known_by),
    )


def change_of(body: ChangeTicketBody, ticket_id: UUID, codec: PersonalCodec) -> ChangeTicket:
    clear: tuple[Literal["category", "team_id"], ...] = ()
    if "category" in body.model_fields_set and body.category is None:
        clear = (*clear, "category")
    if "team_id" in body.model_fields_set and body.team_id is None:
        clear = (*clear, "team_id")
    tags = () if "tags" in body.model_fields_set and body.tags is None else body.tags
    return ChangeTicket(
        subject=None
        if body.subject is None
        else codec.seal(body.subject, person=str(ticket_id), place=f"{ticket_id}/subject"),
        priority=body.priority,
        category=body.category,
        team_id=body.team_id,
        tags=tags,
        add_tags=body.add_tags,
        remove_tags=body.remove_tags,
        fields=dict(body.fields),
        clear=clear,
        reason=body.reason,
    )


def message_of(body: MessageBody, ticket_id: UUID, codec: PersonalCodec) -> Message:
    return Message(codec.seal(body.body, person=str(ticket_id), place=f"{ticket_id}/body"), body.format)
