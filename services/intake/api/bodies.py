"""The bodies of requests about one ticket."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from services.intake.api.values import (
    Address,
    Body,
    Category,
    Expecting,
    FieldEntry,
    FieldName,
    Fields,
    Id,
    Name,
    Reason,
    Subject,
    Tags,
    Text,
)
from services.intake.domain.policy import MAX_FIELDS
from shared.events.ticket_values import BodyFormat, Channel, Priority


class RequesterBody(Body):
    """Whoever asks: known by an id, else by the address, which an id is derived from."""

    id: Id | None = None
    name: Name | None = None
    email: Address | None = None


class OpenTicketBody(Body):
    id: UUID | None = Field(None, description="The ticket's id, where the client gives it.")
    subject: Subject
    description: str = ""
    channel: Channel = Channel.WEB
    priority: Priority = Field(Priority.P3, description="P1 is the most urgent.")
    category: Category | None = None
    team_id: Id | None = None
    tags: Tags = ()
    fields: Fields = Field(default_factory=dict)
    requester: RequesterBody | None = Field(
        None,
        description="On whose behalf staff or a service opens it; a requester is themself, and need not say so.",
    )


class ChangeTicketBody(Expecting):
    """A JSON merge patch (RFC 7396): what is absent stays; null empties, where it may be empty.

    `tags` replaces all; `add_tags` and `remove_tags` apply after it.
    """

    subject: Subject | SkipJsonSchema[None] = None
    priority: Priority | SkipJsonSchema[None] = None
    category: Category | None = None
    team_id: Id | None = None
    tags: Tags | None = None
    add_tags: Tags = ()
    remove_tags: Tags = ()
    fields: Annotated[dict[FieldName, FieldEntry | None], Field(max_length=MAX_FIELDS)] = Field(
        default_factory=dict, description="Custom fields by name; null takes a value away."
    )
    reason: Reason | None = None

    @model_validator(mode="after")
    def _never_empty(self) -> "ChangeTicketBody":
        for name in ("subject", "priority"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be emptied")
        return self


class ClaimBody(Expecting):
    """Nothing needs to be said."""


class AssignBody(Expecting):
    assignee_id: Id


class MessageBody(Expecting):
    body: Text
    format: BodyFormat = BodyFormat.TEXT


class ReasonBody(Expecting):
    reason: Reason | None = None


class ResolveBody(Expecting):
    article_id: UUID | None = Field(
        None, description="The article that solved it; a requester resolves a ticket in this way only."
    )


class CloseBody(Expecting):
    reason: Literal["confirmed", "spam", "auto_close"] = Field(
        description="`confirmed` by the requester, `spam` by staff, `auto_close` by the clock after the hold."
    )


class RedactBody(Expecting):
    reason: Reason
