"""The mapping file: which column of an export is which property of a ticket."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from services.ops.importing.message_mapping import MessagesFrom
from services.ops.importing.origins import Origin, Part
from services.ops.trouble import Trouble

ISO = "iso"


class BadMapping(Trouble):
    """The mapping file does not say what it must, or says what is not known."""


def _same_names(given: object) -> object:
    return {name: name for name in given} if isinstance(given, list) else given


def _one_or_more(given: object) -> object:
    return [given] if isinstance(given, dict) else given


class RequesterFrom(Part):
    id: Origin | None = None
    name: Origin | None = None
    email: Origin | None = None

    @model_validator(mode="after")
    def _known_by_something(self) -> "RequesterFrom":
        if self.id is None and self.email is None:
            raise ValueError("give the id or the email")
        return self


class _Words(yaml.SafeLoader):
    """Every value is the text that it is written with: a source's words are `2`, `true` and `No` as well."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in known if tag == "tag:yaml.org,2002:null"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class TicketMapping(Part):
    """`rows`: `tickets` has a row a ticket, as it is; `history` a row a recorded change, oldest first.

    `unknown`: texts that mean nothing, besides the empty one. `times`: `iso`, or a format of `strptime`.
    `fields`: custom fields by name, with the column of each. `reassignments`: the source's counter. `people`: the
    source's ids of people and ours; who is not there keeps the source's.
    """

    source: str | None = None
    rows: Literal["tickets", "history"]
    unknown: tuple[str, ...] = ()
    times: str = ISO
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    people: Mapping[str, str] = Field(default_factory=dict)

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
    messages: Annotated[tuple[MessagesFrom, ...], BeforeValidator(_one_or_more)] = ()

    @model_validator(mode="after")
    def _a_change_has_a_time(self) -> "TicketMapping":
        if self.rows == "history" and self.occurred_at is None:
            raise ValueError("a history needs occurred_at, the time at which each row was written")
        return self

    @model_validator(mode="after")
    def _messages_agree(self) -> "TicketMapping":
        if sum(form.ticket is not None for form in self.messages) > 1:
            raise ValueError("messages: at most one has a file of its own")
        if self.description is None and any(form.first == "description" for form in self.messages):
            raise ValueError("messages: the first can be left out only where description says which column has it")
        if self.occurred_at is None and any(form.in_row and form.at is None for form in self.messages):
            raise ValueError("messages: give at, or occurred_at, the time of the row that holds the message")
        return self

    @property
    def filed(self) -> MessagesFrom | None:
        """The messages that have a file of their own."""
        return next((form for form in self.messages if form.ticket is not None), None)


def load_mapping(path: Path) -> TicketMapping:
    try:
        given = yaml.load(path.read_text(encoding="utf-8"), _Words)  # noqa: S506 - a safe loader that reads less
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
