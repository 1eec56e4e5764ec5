"""The small values of request bodies: their bounds, and the sentences that describe them."""

import math
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from services.intake.domain.policy import MAX_FIELDS, MAX_TAGS


class Body(BaseModel):
    """A request body or a part of one. What it does not know it refuses, and no error repeats what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError("a number must be finite")
    return number


def _utc(moment: datetime) -> datetime:
    """Years at the very edge have no UTC form in Python, and no database keeps them."""
    if not 1 < moment.year < 9999:  # noqa: PLR2004 - the years that Python's calendar ends with
        raise ValueError("a time must lie in the years 2 to 9998")
    return moment.astimezone(UTC)


Subject = Annotated[str, Field(min_length=1, max_length=255, examples=["Blank pages from printer 2"])]
Text = Annotated[str, Field(min_length=1, examples=["It began this morning, after the update."])]
Category = Annotated[str, Field(min_length=1, max_length=100, examples=["hardware/printer"])]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Id = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^\S+$", examples=["ada"])]
"""An agent's, a team's or a requester's id: no white space."""
Address = Annotated[str, Field(max_length=254, pattern=r"^[^@\s<>]+@[^@\s<>]+$", examples=["ada@example.org"])]
Reason = Annotated[str, Field(min_length=1, max_length=1000)]
Tag = Annotated[str, Field(min_length=1, max_length=50)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS, examples=[["printer", "floor-2"]])]
FieldName = Annotated[str, Field(min_length=1, max_length=100)]
WholeNumber = Annotated[StrictInt, Field(ge=-(2**53) + 1, le=2**53 - 1)]
"""What every JSON reader keeps exactly."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False), AfterValidator(_finite)]
FieldEntry = StrictBool | WholeNumber | Number | Annotated[StrictStr, Field(max_length=10_000)]
Fields = Annotated[
    dict[FieldName, FieldEntry], Field(max_length=MAX_FIELDS, examples=[{"building": "north", "floor": 2}])
]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Version = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Expecting(Body):
    """Versions that must hold when the wish is decided; people's tools use the second.

    Routing and clocks raise a ticket's version at any moment; its conversation version counts messages, notes
    and changes of status only.
    """

    expected_version: Version | None = Field(None, description="409 unless this is the ticket's version.")
    expected_conversation_version: Version | None = Field(
        None, description="409 unless this is the ticket's conversation version."
    )
