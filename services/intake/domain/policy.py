"""What the deciders are told by configuration: the hold and the custom fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from services.intake.domain.custom_fields import FieldDefinition


@dataclass(frozen=True, slots=True)
class Policy:
    """`hold`: how long after its resolution a ticket may be reopened, and after which it closes."""

    hold: timedelta = timedelta(hours=72)
    fields: Mapping[str, FieldDefinition] = field(default_factory=dict)


MAX_TAGS = 50
MAX_FIELDS = 100
MAX_ESCALATION_LEVEL = 3
