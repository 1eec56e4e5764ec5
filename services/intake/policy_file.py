"""The policy that configuration gives the deciders: the hold, and the custom fields of a YAML file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from services.intake.domain.custom_fields import FieldDefinition, FieldType, Required
from services.intake.domain.policy import MAX_FIELDS, Policy
from shared.runtime.settings import Settings

Name = Annotated[str, Field(min_length=1, max_length=100)]


class BrokenPolicy(Exception):
    """The file of custom fields cannot be used; the sentence says where and why."""


class _Definition(BaseModel):
    """One entry of the file. A word that it does not know is a slip of the pen, not a wish to be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    type: FieldType
    required: Required = Required.NEVER
    choices: tuple[str, ...] = ()
    max_length: Annotated[int, Field(ge=1, le=10_000)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "_Definition":
        if self.type is FieldType.CHOICE and not self.choices:
            raise ValueError("a choice needs choices")
        if self.type is not FieldType.CHOICE and self.choices:
            raise ValueError("choices belong to the type choice alone")
        if self.type is not FieldType.TEXT and self.max_length is not None:
            raise ValueError("max_length belongs to the type text alone")
        return self

    def defined(self) -> FieldDefinition:
        definition = FieldDefinition(self.name, self.type, self.required, tuple(dict.fromkeys(self.choices)))
        return definition if self.max_length is None else replace(definition, max_length=self.max_length)


_PLAINLY = {
    "extra_forbidden": "a definition has no such word",
    "missing": "it is missing",
    "model_type": "a definition says at least name and type",
    "string_type": "it must be a text; put it in quotes",
    "tuple_type": "it must be a list",
}
"""Kinds of fault that pydantic would name in Python's words."""

_FILE = TypeAdapter(Annotated[tuple[_Definition, ...], Field(max_length=MAX_FIELDS)])


def load_policy(settings: Settings) -> Policy:
    """Raise `BrokenPolicy` where the file is missing, no YAML, or holds a definition that makes no sense."""
    definitions = () if settings.fields_file is None else _definitions(settings.fields_file)
    return Policy(settings.hold, {definition.name: definition for definition in definitions})


def _definitions(path: Path) -> tuple[FieldDefinition, ...]:
    try:
        entries = _FILE.validate_python(_read(path))
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        reason = _PLAINLY.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise BrokenPolicy(f"{path}: {_place(first['loc'])}: {reason}") from fault
    for twice in _repeated(entries):
        raise BrokenPolicy(f"{path}: the field {twice} is defined twice")
    return tuple(entry.defined() for entry in entries)


def _read(path: Path) -> object:
    """What the YAML says; an empty file defines nothing."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise BrokenPolicy(f"the file of custom fields cannot be read: {fault}") from fault
    except yaml.MarkedYAMLError as fault:
        line = "" if fault.problem_mark is None else f", line {fault.problem_mark.line + 1}"
        raise BrokenPolicy(f"{path}{line}: not YAML: {fault.problem}") from fault
    except yaml.YAMLError as fault:
        raise BrokenPolicy(f"{path}: not YAML: {str(fault).splitlines()[0]}") from fault
    return () if content is None else content


def _place(location: tuple[int | str, ...]) -> str:
    """`entry 2, max_length`: entries are counted as people count."""
    parts = (f"entry {part + 1}" if isinstance(part, int) else part for part in location)
    return ", ".join(parts) or "the file"


def _repeated(entries: tuple[_Definition, ...]) -> Iterator[str]:
    names = [entry.name for entry in entries]
    return (name for name in dict.fromkeys(names) if names.count(name) > 1)
