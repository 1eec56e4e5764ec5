"""Where the mapping file says that a value is: a column, a template of columns, or the same for every row."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class From(Part):
    """One of `column`, `template` and `value`.

    `values` are the source's words and ours; a word that is not among them refuses the row. `otherwise` stands
    in where the row says nothing.
    """

    column: str | None = None
    template: str | None = None
    value: str | None = None
    values: Mapping[str, str] | None = None
    otherwise: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "From":
        if sum(origin is not None for origin in (self.column, self.template, self.value)) != 1:
            raise ValueError("give one of column, template and value")
        return self


def _column(given: object) -> object:
    return {"column": given} if isinstance(given, str) else given


Origin = Annotated[From, BeforeValidator(_column)]
"""In the file, a plain text is the name of a column."""
