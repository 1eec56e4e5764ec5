"""A translator for each stream: what routing rests on of its events goes to `routing.requests`."""

from dataclasses import dataclass
from uuid import uuid5

from services.router.domain.decisions import ROUTER
from services.router.requests import Commands, Requests
from services.router.translating import records, rules, tickets
from shared.events.agent import AGENT_EVENTS
from shared.events.directory import DIRECTORY_EVENTS
from shared.events.directory_records import KINDS, KeywordRule, Organisation, record_key
from shared.events.envelope import Command, Event, Origin
from shared.events.personal import PersonalCodec
from shared.events.presence import PRESENCE_EVENTS
from shared.events.ticket_commands import ChangeTicket
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData, TicketOpened
from shared.events.wire import decode_event
from shared.runtime.directory.records import Records
from shared.runtime.record import Record


@dataclass(frozen=True, slots=True)
class Translators:
    """`directory` is that of the moment at which an event is translated; each raises `Undecodable`."""

    requests: Requests
    commands: Commands
    directory: Records
    codec: PersonalCodec

    async def ticket(self, record: Record) -> None:
        """A new ticket's words may bring tags: routing knows them at once, and the ticket is told of them."""
        event = decode_event(TICKET_EVENTS, record.headers, record.value)
        tags: tuple[str, ...] = ()
        language = None
        if isinstance(event.data, TicketOpened) and event.origin is not Origin.IMPORT:
            tags, language = self._tags(event, event.data), self._language(event.data)
            await self._tag(event, tuple(tag for tag in tags if tag not in event.data.tags))
        request = tickets.request_of(event, tags, language)
        if request is not None:
            await self.requests.tell(event, request, subject=event.subject, version=event.version)

    def _tags(self, event: Event[TicketEventData], opened: TicketOpened) -> tuple[str, ...]:
        known = [record for _, record in self.directory.there(f"{KINDS[KeywordRule]}/")]
        found = [rule for rule in known if isinstance(rule, KeywordRule)]
        if not found:
            return ()
        subject = self.codec.open(opened.subject, place=f"{event.subject}/subject")
        description = self.codec.open(opened.description, place=f"{event.subject}/description")
        return rules.tags_of(found, subject, description)

    def _language(self, opened: TicketOpened) -> str | None:
        if opened.requester.organisation is None:
            return None
        known = self.directory.get(record_key(KINDS[Organisation], opened.requester.organisation))
        record = None if known is None else known.record
        return record.language if isinstance(record, Organisation) else None

    async def _tag(self, event: Event[TicketEventData], tags: tuple[str, ...]) -> None:
        if tags:
            command = Command(
                id=uuid5(event.id, "rules"),
                subject=event.subject,
                actor=ROUTER,
                now=event.recorded_at,
                correlation_id=event.correlation_id,
                data=ChangeTicket(add_tags=tags, reason="keyword rules"),
                cause_id=event.id,
                trace=event.trace,
            )
            await self.commands.send("ticket", command)

    async def agent(self, record: Record) -> None:
        event = decode_event(AGENT_EVENTS, record.headers, record.value)
        await self.requests.tell(event, event.data, subject=event.subject, version=event.version)

    async def of_directory(self, record: Record) -> None:
        event = decode_event(DIRECTORY_EVENTS, record.headers, record.value)
        request = records.request_of(event.data)
        if request is not None:
            await self.requests.tell(event, request, subject=event.subject, version=record.offset + 1)

    async def presence(self, record: Record) -> None:
        event = decode_event(PRESENCE_EVENTS, record.headers, record.value)
        subject = f"presence/{event.subject}"
        await self.requests.tell(event, event.data, subject=subject, version=record.offset + 1)
