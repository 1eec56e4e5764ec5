"""The mapping file: which column of an export is which property of a ticket."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from services.ops.trouble import Trouble

ISO = "iso"


class BadMapping(Trouble):
    """The mapping file does not say what it must, or says what is not known."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class From(_Part):
    """Where a property comes from: a column, a template of columns, or the same value for every row.

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


def _same_names(given: object) -> object:
    return {name: name for name in given} if isinstance(given, list) else given


class RequesterFrom(_Part):
    id: Origin | None = None
    name: Origin | None = None
    email: Origin | None = None

    @model_validator(mode="after")
    def _known_by_something(self) -> "RequesterFrom":
        if self.id is None and self.email is None:
            raise ValueError("give the id or the email")
        return self


class TicketMapping(_Part):
    """`rows`: `tickets` has a row a ticket, as it is; `history` a row a recorded change, oldest first.

    `unknown`: texts that mean nothing, besides the empty one. `times`: `iso`, or a format of `strptime`.
    `fields`: custom fields by name, with the column of each. `reassignments`: the source's counter.
    """

    source: str | None = None
    rows: Literal["tickets", "history"]
    unknown: tuple[str, ...] = ()
    times: str = ISO
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","

    external: Origin
    subject: Origin
    requester: RequesterFrom
    status: Origin
    opened_at: Origin
    description: Origin | None = None
    channel: Origin | None = None
    priority: Origin | None = None
    category: Origin | None = None
    team: Origin | None = None
    assignee: Origin | None = None
    occurred_at: Origin | None = None
    resolved_at: Origin | None = None
    closed_at: Origin | None = None
    reassignments: Origin | None = None
    tags: tuple[Origin, ...] = ()
    fields: Annotated[Mapping[str, str], BeforeValidator(_same_names)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _a_change_has_a_time(self) -> "TicketMapping":
        if self.rows == "history" and self.occurred_at is None:
            raise ValueError("a history needs occurred_at, the time at which each row was written")
        return self


def load_mapping(path: Path) -> TicketMapping:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise BadMapping(f"the mapping {path} cannot be read: {failure.strerror}") from failure
    except (UnicodeDecodeError, yaml.YAMLError) as fault:
        raise BadMapping(f"the mapping {path} is not YAML: {' '.join(str(fault).split())}") from fault
    try:
        return TicketMapping.model_validate(given)
    except ValidationError as refusal:
        said = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in refusal.errors(include_url=False)
        )
        raise BadMapping(f"the mapping {path} does not hold: {said}") from refusal
