"""What the routes of the directory answer: a record as it is, what was saved, and who changed what and when."""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.directory_bodies import AnyBody
from shared.events.envelope import ActorKind

BodyT = TypeVar("BodyT", bound=AnyBody)


class Kept(BaseModel, Generic[BodyT]):
    model_config = ConfigDict(frozen=True)

    id: str
    version: int = Field(description="Also in the `ETag` of the record's own address.")
    changed_at: datetime
    record: BodyT = Field(description="As it would be saved.")
    warnings: list[str] = Field(description="What is allowed and seldom meant, as a team without leads.")


class KeptPage(BaseModel, Generic[BodyT]):
    items: list[Kept[BodyT]] = Field(description="In the order of their ids.")
    next: str | None = Field(description="`after` of the next page; null: this is the last.")


class Saved(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    version: int = Field(description="The record's version now, also in the `ETag` header.")
    command_id: UUID
    read_token: str | None = Field(description="Bring it to another process, and it shows this change.")


class By(BaseModel):
    kind: ActorKind
    id: str


class Change(BaseModel, Generic[BodyT]):
    version: int
    at: datetime
    by: By
    changed: list[str] = Field(description="Fields that had another value before; all of them of a new record.")
    record: BodyT | None = Field(description="As it was from then on; null: removed.")
    reason: str | None = Field(description="Why it was removed, where that was said.")


class History(BaseModel, Generic[BodyT]):
    items: list[Change[BodyT]] = Field(description="The latest first.")
    next: int | None = Field(description="`before` of the next page; null: this is the last.")
