"""From the items of a bulk request to commands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never
from uuid import UUID, uuid4, uuid5

from uuid_utils.compat import uuid7

from services.intake.api.asking import Asking, Identity, fingerprint_of
from services.intake.api.bulk_bodies import (
    ChangeItem,
    ImportedMessageBody,
    ImportItem,
    Item,
    MalformedItem,
    OpenItem,
)
from services.intake.api.wishes import OrganisationOf, change_of, open_of, requester_of
from services.intake.domain.guards import MAY_SEND
from shared.events.envelope import Actor, Command, Origin
from shared.events.identity import (
    asked_command_id,
    caller_namespace,
    import_command_id,
    imported_ticket_id,
)
from shared.events.personal import PersonalCodec
from shared.events.ticket_commands import (
    ChangeTicket,
    OpenTicket,
    TicketCommandData,
)
from shared.events.ticket_import import ImportedMessage, ImportTicket
from shared.events.ticket_values import Message
from shared.runtime.http.directory import directory_of
from shared.runtime.http.principal import Principal
from shared.runtime.http.problems import Problem

_WISH: Mapping[type[OpenItem | ChangeItem | ImportItem], type[TicketCommandData]] = {
    OpenItem: OpenTicket,
    ChangeItem: ChangeTicket,
    ImportItem: ImportTicket,
}


class BulkWishes:
    """One request's items; each has its own part of the request's idempotency key, its place in the list."""

    def __init__(self, asking: Asking, principal: Principal) -> None:
        self._asking = asking
        self._principal = principal
        self._codec = asking.intake.codec
        self._organisation_of = directory_of(asking.request).records.organisation_of
        self._caller = caller_namespace(principal.role, principal.id)

    def command(self, index: int, item: Item | MalformedItem) -> Command[TicketCommandData]:
        """Raise the problem that the item alone is answered with."""
        if isinstance(item, MalformedItem):
            raise Problem(400, "malformed", item.reason)
        if self._principal.actor.kind not in MAY_SEND[_WISH[type(item)]]:
            raise Problem(403, "forbidden", f"{item.op} is not for the role {self._principal.role}.")
        match item:
            case OpenItem():
                return self._open(index, item)
            case ChangeItem():
                wish = change_of(item, item.ticket_id, self._codec)
                identity = self._identity(index, item, item.ticket_id)
                return self._asking.command(self._principal, item.ticket_id, wish, identity, item)
            case ImportItem():
                return self._import(item)
            case unknown:
                assert_never(unknown)

    def _open(self, index: int, item: OpenItem) -> Command[TicketCommandData]:
        key = self._key(index)
        ticket_id = item.id or (uuid7() if key is None else uuid5(self._caller, key))
        wish = open_of(item, self._principal, ticket_id, self._codec, self._organisation_of)
        return self._asking.command(self._principal, ticket_id, wish, self._identity(index, item, ticket_id))

    def _import(self, item: ImportItem) -> Command[TicketCommandData]:
        """The ids follow from the source: a row that was taken is known again at any later time."""
        ticket_id = imported_ticket_id(item.source, item.external)
        identity = Identity(import_command_id(ticket_id, item.row))
        wish = import_of(item, self._principal, ticket_id, self._codec, self._organisation_of)
        command = self._asking.command(self._principal, ticket_id, wish, identity)
        return replace(command, occurred_at=item.occurred_at, origin=Origin.IMPORT)

    def _key(self, index: int) -> str | None:
        key = self._asking.idempotency_key
        return None if key is None else f"{key}/{index}"

    def _identity(self, index: int, item: OpenItem | ChangeItem, ticket_id: UUID) -> Identity:
        key = self._key(index)
        if key is None:
            return Identity(uuid4())
        body = item.model_dump(mode="json", exclude_unset=True)
        return Identity(
            asked_command_id(self._caller, str(ticket_id), key), fingerprint_of(self._asking.request, body)
        )


def import_of(
    item: ImportItem,
    principal: Principal,
    ticket_id: UUID,
    codec: PersonalCodec,
    organisation_of: OrganisationOf = lambda _: None,
) -> ImportTicket:
    requester = requester_of(item.requester, principal, ticket_id, codec, organisation_of)
    return ImportTicket(
        source=item.source,
        external=item.external,
        row=item.row,
        subject=codec.seal(item.subject, person=requester.id, place=f"{ticket_id}/subject"),
        description=codec.seal(item.description, person=requester.id, place=f"{ticket_id}/description"),
        requester=requester,
        status=item.status,
        channel=item.channel,
        priority=item.priority,
        opened_at=item.opened_at,
        category=item.category,
        team_id=item.team_id,
        assignee_id=item.assignee_id,
        tags=item.tags,
        fields=dict(item.fields),
        resolved_at=item.resolved_at,
        closed_at=item.closed_at,
        reassignments=item.reassignments,
        messages=tuple(_message(message, requester.id, ticket_id, codec) for message in item.messages),
    )


def _message(message: ImportedMessageBody, person: str, ticket_id: UUID, codec: PersonalCodec) -> ImportedMessage:
    sealed = codec.seal(message.body, person=person, place=f"{ticket_id}/body")
    return ImportedMessage(
        author=Actor(message.author.kind, message.author.id),
        message=Message(sealed, message.format),
        at=message.at,
        internal=message.internal,
    )
