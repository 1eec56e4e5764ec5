"""Read model `ticket_search_v1`: the words of a ticket, those of internal notes apart from the public ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.projections.read_models.delivered import TicketEvent, readable
from services.projections.read_models.words import words
from shared.events.personal import PersonalCodec
from shared.events.ticket_changes import TicketRetitled
from shared.events.ticket_events import AgentReplied, MessageRedacted, RequesterReplied, TicketNoted, TicketOpened

NAME, VERSION = "ticket_search", 1

VIEW = "SELECT ticket_id, public_words, internal_words FROM ticket_search_v1"


@dataclass(frozen=True, slots=True)
class Words:
    """What some events of a ticket add; `forgets`: earlier words fall away, so all its events count anew."""

    public: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    forgets: bool = False


NO_WORDS = Words()


def evolve(events: Iterable[TicketEvent], codec: PersonalCodec) -> Words:
    """The words of consecutive events of one ticket; of several subjects the last counts."""
    public: set[str] = set()
    internal: set[str] = set()
    subject: set[str] = set()
    forgets = False
    for event in events:
        place = event.subject
        match event.data:
            case TicketOpened() as opened:
                subject = words(readable(codec, opened.subject, f"{place}/subject"))
                public |= words(readable(codec, opened.description, f"{place}/description"))
                public |= words(f"{opened.reference} {opened.external or ''}")
            case TicketRetitled(subject=retitled):
                subject = words(readable(codec, retitled, f"{place}/subject"))
                forgets = True
            case RequesterReplied(message=message) | AgentReplied(message=message):
                public |= words(readable(codec, message.body, f"{place}/body"))
            case TicketNoted(message=message):
                internal |= words(readable(codec, message.body, f"{place}/body"))
            case MessageRedacted():
                forgets = True
            case _:
                pass
    if not (public or internal or subject or forgets):
        return NO_WORDS
    return Words(frozenset(public | subject), frozenset(internal), forgets)
