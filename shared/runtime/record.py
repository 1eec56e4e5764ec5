"""A record of a topic as a worker's handler gets it, and which handler a topic has."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from shared.events.wire import RawHeaders


@dataclass(frozen=True, slots=True)
class Record:
    """`topic` is the contract's name; `timestamp` is the broker's where the topic has append times."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Restoring:
    """`offset`: that of the next record that `handle` gets; `parked`: offsets before it that wait, unhandled."""

    partition: int
    offset: int
    parked: frozenset[int]


@dataclass(frozen=True, slots=True)
class Source:
    """A topic and what is done with its records, at least once each, one after the other.

    `handle` leaves nothing behind when it raises: it is called again with the same record. `restore` is awaited
    whenever partitions were dealt out, for each that is held, before any record of it is delivered: what the
    handler keeps in memory must then be that of all records before the offset.
    """

    topic: str
    handle: Callable[[Record], Awaitable[None]]
    restore: Callable[[Restoring], Awaitable[None]] | None = None
