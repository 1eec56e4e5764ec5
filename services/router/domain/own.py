"""What the router says in its own name, and of no command's doing."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from services.router.domain.decisions import ROUTER
from shared.events.envelope import Event

DataT = TypeVar("DataT")


def own_event(  # noqa: PLR0913 - what an envelope says
    event_id: UUID, subject: str, version: int, data: DataT, *, at: datetime, occurred_at: datetime | None = None
) -> Event[DataT]:
    """`at` is when it is said; what it tells of occurred then, unless told."""
    return Event(
        id=event_id,
        subject=subject,
        version=version,
        conversation_version=0,
        occurred_at=occurred_at or at,
        recorded_at=at,
        actor=ROUTER,
        command_id=event_id,
        correlation_id=event_id,
        data=data,
    )
