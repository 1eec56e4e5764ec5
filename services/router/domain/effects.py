"""Whom a request may concern, so that only they are looked at again."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Effects:
    """`everything`: each ticket that waits."""

    tickets: tuple[UUID, ...] = ()
    agents: tuple[str, ...] = ()
    everything: bool = False


NOTHING = Effects()
