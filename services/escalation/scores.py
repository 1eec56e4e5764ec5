"""The sentiment of an event's message."""

from dataclasses import dataclass

from services.escalation.domain.happening import message_of
from services.escalation.domain.plain_text import plain_text
from services.escalation.sentiment import Vader
from shared.events.envelope import Event
from shared.events.personal import PersonalCodec, Unreadable
from shared.events.ticket_events import TicketEventData, TicketOpened
from shared.events.ticket_values import Sentiment


@dataclass(frozen=True, slots=True)
class Scores:
    vader: Vader
    codec: PersonalCodec

    def of(self, event: Event[TicketEventData]) -> Sentiment | None:
        """None: nothing was said, or what was said is sealed under a key that is gone."""
        message = message_of(event.data)
        if message is None:
            return None
        field = "description" if isinstance(event.data, TicketOpened) else "body"
        try:
            body = self.codec.open(message.body, place=f"{event.subject}/{field}")
        except Unreadable:
            return None
        return self.vader.score(plain_text(body, message.format))
