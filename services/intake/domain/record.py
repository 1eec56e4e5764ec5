"""Making events of what was decided: ids derived from the command, versions without a gap, times in order."""

from collections.abc import Iterable
from typing import TypeVar

from services.intake.domain.rejected import Rejected
from services.intake.domain.told import Told
from shared.events.envelope import Command, Event
from shared.events.identity import derived_id

DataT = TypeVar("DataT")


def record(
    command: Command[object],
    decided: Iterable[DataT | Told[DataT]],
    version: int,
    conversation_version: int,
    conversation: tuple[type, ...] = (),
) -> tuple[Event[DataT], ...]:
    """The events that follow `version`; those whose data is one of `conversation` raise that version too.

    Raise `Rejected` where something is said to have occurred later than the log's own time.
    """
    events: list[Event[DataT]] = []
    for step in decided:
        told: Told[DataT] = step if isinstance(step, Told) else Told(step)
        occurred_at = told.occurred_at or command.occurred_at or command.now
        if occurred_at > command.now:
            raise Rejected("in_the_future", f"{occurred_at.isoformat()} has not come yet.")
        version += 1
        if isinstance(told.data, conversation):
            conversation_version += 1
        events.append(
            Event(
                id=derived_id(command.id, str(len(events))),
                subject=command.subject,
                version=version,
                conversation_version=conversation_version,
                occurred_at=occurred_at,
                recorded_at=command.now,
                actor=told.actor or command.actor,
                command_id=command.id,
                correlation_id=command.correlation_id,
                data=told.data,
                cause_id=command.cause_id,
                origin=command.origin,
                implied=told.implied,
                trace=command.trace,
            )
        )
    return tuple(events)
