"""An event as a read model is given it: decoded, with its place in the log and its value as written."""

from typing import Generic, NamedTuple, TypeVar

from shared.events.envelope import Event
from shared.events.personal import Personal, PersonalCodec, Unreadable
from shared.events.ticket_events import TicketEventData

TicketEvent = Event[TicketEventData]
DataT = TypeVar("DataT")


class Delivered(NamedTuple):
    """`type_name` and `value` are as the writer wrote them, before any upcast; the subject is the ticket's id.

    One an event, so a tuple.
    """

    partition: int
    offset: int
    type_name: str
    value: bytes
    event: TicketEvent


class Placed(NamedTuple, Generic[DataT]):
    """An event of another stream, with its place in the log."""

    partition: int
    offset: int
    event: Event[DataT]


def readable(codec: PersonalCodec, value: Personal | None, place: str) -> str:
    """The text; empty where it is missing, or erased so that no key opens it any more.

    PostgreSQL holds no NUL sign; U+FFFD stands for it.
    """
    if value is None:
        return ""
    try:
        text = codec.open(value, place=place)
    except Unreadable:
        return ""
    return text.replace("\x00", "\ufffd") if "\x00" in text else text
