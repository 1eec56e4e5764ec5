"""An event as a command tells of it where it differs from here and now: another time, another actor, implied."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from shared.events.envelope import Actor

DataT_co = TypeVar("DataT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Told(Generic[DataT_co]):
    """None: as the command has it. `implied`: the source skipped this step and the state machine needs it."""

    data: DataT_co
    occurred_at: datetime | None = None
    actor: Actor | None = None
    implied: bool = False
