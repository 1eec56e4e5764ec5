"""The policy that configuration gives the deciders: the hold, and the custom fields of a YAML file."""

from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from services.intake.domain.custom_fields import FieldDefinition
from services.intake.domain.policy import Policy
from shared.runtime.settings import Settings

_DEFINITIONS = TypeAdapter(tuple[FieldDefinition, ...])


class BrokenPolicy(Exception):
    """The file of custom fields cannot be used; the sentence says where and why."""


def load_policy(settings: Settings) -> Policy:
    """Raise `BrokenPolicy` where the file is missing, no YAML, or holds a definition that makes no sense."""
    definitions = () if settings.fields_file is None else _definitions(settings.fields_file)
    return Policy(settings.hold, {definition.name: definition for definition in definitions})


def _definitions(path: Path) -> tuple[FieldDefinition, ...]:
    try:
        return _DEFINITIONS.validate_python(yaml.safe_load(path.read_text()) or ())
    except OSError as fault:
        raise BrokenPolicy(f"the file of custom fields cannot be read: {fault}") from fault
    except yaml.YAMLError as fault:
        raise BrokenPolicy(f"{path} is not YAML: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BrokenPolicy(f"{path}: {place}: {first['msg']}") from fault
