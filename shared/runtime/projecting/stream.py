"""What a projector follows: a topic, how its records are read, and the read models that they feed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from psycopg import AsyncConnection

from shared.events.personal import PersonalCodec
from shared.events.wire import RawHeaders

ItemT = TypeVar("ItemT")


class LogRecord(Protocol):
    """A record as a consumer gives it."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> RawHeaders: ...


Write = Callable[[AsyncConnection, Sequence[ItemT], PersonalCodec], Awaitable[None]]
"""Brings items, in the order of the log, into the table, inside the caller's transaction; safe to repeat."""


Expire = Callable[[AsyncConnection], Awaitable[bool]]
"""Takes away some of what is too old to be kept; whether more may be left."""


@dataclass(frozen=True, slots=True)
class ReadModel(Generic[ItemT]):
    """`view` is the query behind the contract's SQL name; `table` has a row a fact and a column `partition`.

    `expire`: None where rows are kept for ever. `beside`: tables that are emptied with it.
    """

    name: str
    version: int
    view: str
    table: str
    write: Write[ItemT]
    expire: Expire | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream(Generic[ItemT]):
    """`read` gives None for a record that tells nothing and raises `Undecodable`.

    `subject` names what must stay in order: behind a record that cannot be applied, later ones of the same
    subject wait. `kept` is true of a topic that keeps everything, so that a missing offset is a fault.
    """

    topic: str
    kept: bool
    read: Callable[[LogRecord], ItemT | None]
    subject: Callable[[LogRecord], str]
    models: tuple[ReadModel[ItemT], ...]
