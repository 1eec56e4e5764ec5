"""Each event of a ticket by itself: what the rules make of it is sent to the ticket as commands."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from services.escalation.domain.escalate import command_of, escalations, unheard
from services.escalation.domain.happening import TRIGGERS, happening_of
from services.escalation.rulebook import Rulebook
from services.escalation.scores import Scores
from shared.events.directory_promises import Trigger
from shared.events.envelope import Command, Event, Origin
from shared.events.ticket_commands import TICKET_COMMANDS, EscalateTicket
from shared.events.ticket_events import TICKET_EVENTS, TicketEventData
from shared.events.wire import RawHeaders, command_headers, decode_event
from shared.runtime.record import Record

SOURCE = b"/casefold/escalation"

_TRIGGERS: Mapping[str, Trigger] = {
    TICKET_EVENTS.name_of_type(data): trigger for data, trigger in TRIGGERS.items()
}

log = structlog.get_logger(__name__)


class Post(Protocol):
    """Returns when it is on its way: what it follows from counts as handled only when it is there."""

    def __call__(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: RawHeaders = ()
    ) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Escalating:
    rulebook: Rulebook
    scores: Scores
    post: Post

    async def handle(self, record: Record) -> None:
        """Raise `Undecodable`. What no rule asks for is not even decoded."""
        if not self._concerns(record):
            return
        event = decode_event(TICKET_EVENTS, record.headers, record.value)
        for command in self.commands(event):
            if unheard(command.data):
                log.warning("escalation.nobody_to_tell", ticket=event.subject, rule=command.data.rule_id)
            await self._send(command)

    def commands(self, event: Event[TicketEventData]) -> list[Command[EscalateTicket]]:
        trigger = TRIGGERS.get(type(event.data))
        rules = () if trigger is None else self.rulebook.rules(trigger)
        if not rules or event.origin is Origin.IMPORT:
            return []
        sentiment = self.scores.of(event) if trigger is Trigger.SENTIMENT else None
        happening = happening_of(event, sentiment)
        if happening is None:
            return []
        return [command_of(wish, event) for wish in escalations(happening, rules, self.rulebook)]

    def _concerns(self, record: Record) -> bool:
        """One that does not say its type breaks the contract, which decoding it tells."""
        for name, raw in record.headers or ():
            if name == "ce_type":
                trigger = _TRIGGERS.get(raw.decode() if isinstance(raw, bytes) else raw or "")
                return trigger is not None and bool(self.rulebook.rules(trigger))
        return True

    async def _send(self, command: Command[EscalateTicket]) -> None:
        headers = command_headers(command, TICKET_COMMANDS.name_of(command.data), SOURCE)
        value = TICKET_COMMANDS.encode(command.data)
        await self.post("ticket.commands", key=command.subject.encode(), value=value, headers=headers)
