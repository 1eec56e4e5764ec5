"""The body of a bulk request: items of three kinds, each validated on its own."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Discriminator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from services.intake.api.bodies import ChangeTicketBody, OpenTicketBody, RequesterBody
from services.intake.api.values import Body, Category, Fields, Id, Moment, Name, Subject, Tags, Text
from shared.events.envelope import ActorKind
from shared.events.ticket_values import BodyFormat, Channel, Priority, Status

MAX_ITEMS = 1000
MAX_BYTES = 8 * 1024 * 1024
_MAX_MESSAGES = 1000


class OpenItem(OpenTicketBody):
    op: Literal["open"]


class ChangeItem(ChangeTicketBody):
    op: Literal["change"]
    ticket_id: UUID


class ImportedAuthor(Body):
    kind: ActorKind
    id: Name


class ImportedMessageBody(Body):
    author: ImportedAuthor
    body: Text
    format: BodyFormat = BodyFormat.TEXT
    at: Moment
    internal: bool = Field(default=False, description="A note, which no requester sees.")


class ImportItem(Body):
    """A ticket as one row of another system has it: the first row opens it, each later one is a change."""

    op: Literal["import"]
    source: str = Field(min_length=1, max_length=100, description="Names the other system.")
    external: str = Field(min_length=1, max_length=255, description="The ticket's number there.")
    row: int = Field(ge=0, le=2**53 - 1, description="Names the row within its ticket; a row is taken once.")
    occurred_at: Moment = Field(description="When the row was written there.")
    subject: Subject
    description: str = ""
    requester: RequesterBody
    status: Status
    channel: Channel = Channel.WEB
    priority: Priority = Priority.P3
    opened_at: Moment
    category: Category | None = None
    team_id: Id | None = None
    assignee_id: Id | None = None
    tags: Tags = ()
    fields: Fields = Field(default_factory=dict)
    resolved_at: Moment | None = None
    closed_at: Moment | None = None
    reassignments: int = Field(default=0, ge=0, le=2**31 - 1, description="Changes of hands since the row before.")
    messages: tuple[ImportedMessageBody, ...] = Field(
        default=(), max_length=_MAX_MESSAGES, description="New in this row."
    )


@dataclass(frozen=True, slots=True)
class MalformedItem:
    """An item that is refused while the others go on; `reason` names the place and the fault."""

    reason: str


def _alone(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - pydantic's own signature
    try:
        return validate(value)
    except ValidationError as refusal:
        faults = refusal.errors(include_url=False, include_input=False, include_context=False)
        return MalformedItem(
            "; ".join(f"{'.'.join(map(str, fault['loc'][1:])) or 'item'}: {fault['msg']}" for fault in faults[:5])
        )


Item = OpenItem | ChangeItem | ImportItem


class BulkBody(Body):
    items: list[Annotated[Annotated[Item, Discriminator("op")], WrapValidator(_alone)]] = Field(
        min_length=1, max_length=MAX_ITEMS, description="Those of one ticket are done in their order."
    )
