"""Asking and waiting: a command goes out, and its outcome comes back or is not known in time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar
from uuid import UUID

from services.intake.api.presence import Presence, open_presence
from services.intake.api.replies import Replies, Reply, Waiting, open_replies
from services.intake.api.sender import Sender, open_sender
from services.intake.api.ticket_ids import TicketIds
from shared.events.agent import AGENT_COMMANDS, AgentCommandData
from shared.events.catalogue import Catalogue
from shared.events.directory import DIRECTORY_COMMANDS, DirectoryCommandData
from shared.events.envelope import Command
from shared.events.personal import IdentityCodec, PersonalCodec
from shared.events.ticket_commands import TICKET_COMMANDS, TicketCommandData
from shared.runtime.background import Background
from shared.runtime.read_token import ReadToken
from shared.runtime.settings import Settings
from shared.runtime.topics import check_topics, topic_ids

DataT = TypeVar("DataT")


@dataclass(frozen=True, slots=True)
class Stream(Generic[DataT]):
    """One kind of aggregate: where its commands go, and which topic its events are on."""

    commands: str
    catalogue: Catalogue[DataT]
    events_topic_id: UUID

    def read_token(self, reply: Reply) -> str | None:
        """None: the reply does not say where its events are."""
        if reply.position is None:
            return None
        return str(ReadToken(self.events_topic_id, reply.outcome.partition, reply.position))


@dataclass(frozen=True, slots=True)
class Intake:
    """What the routes use; one a process, at `app.state.intake`."""

    tickets: Stream[TicketCommandData]
    agents: Stream[AgentCommandData]
    directory: Stream[DirectoryCommandData]
    sender: Sender
    replies: Replies
    codec: PersonalCodec
    ticket_ids: TicketIds
    wait: timedelta
    presence: Presence

    async def ask(self, stream: Stream[DataT], command: Command[DataT]) -> Reply | None:
        """None: not known in time, or its fate is unknown. Raise `NotSent` or `TooLarge`."""
        waiting = await self.send(stream, command)
        timer = asyncio.get_running_loop().call_later(self.wait.total_seconds(), _give_up, waiting)
        try:
            return await waiting
        finally:
            timer.cancel()
            self.replies.forget(command.correlation_id)

    async def send(self, stream: Stream[DataT], command: Command[DataT]) -> Waiting:
        """As `ask`, without the wait: whoever waits gives up in time, and has the replies forget it."""
        waiting = self.replies.expect(command.correlation_id)
        with ExitStack() as unsent:
            unsent.callback(self.replies.forget, command.correlation_id)
            sent = await self.sender.send(stream.commands, stream.catalogue, command)
            unsent.pop_all()
        sent.add_done_callback(_unless_sent(waiting))
        return waiting


def _unless_sent(waiting: Waiting) -> Callable[[asyncio.Future[object]], None]:
    def judge(sent: asyncio.Future[object]) -> None:
        if sent.cancelled() or sent.exception() is not None:
            _give_up(waiting)

    return judge


def _give_up(waiting: Waiting) -> None:
    if not waiting.done():
        waiting.set_result(None)


@asynccontextmanager
async def open_intake(settings: Settings, background: Background) -> AsyncIterator[Intake]:
    """Yields when commands can be sent and their outcomes be heard. Raise `TopicMismatch`."""
    await asyncio.to_thread(check_topics, settings)
    ids = await asyncio.to_thread(topic_ids, settings, ("ticket.events", "agent.events", "directory.events"))
    async with (
        open_replies(settings, background) as replies,
        open_sender(settings, background) as sender,
        open_presence(settings, background) as presence,
    ):
        yield Intake(
            tickets=Stream(settings.topic("ticket.commands"), TICKET_COMMANDS, ids["ticket.events"]),
            agents=Stream(settings.topic("agent.commands"), AGENT_COMMANDS, ids["agent.events"]),
            directory=Stream(settings.topic("directory.commands"), DIRECTORY_COMMANDS, ids["directory.events"]),
            sender=sender,
            replies=replies,
            codec=IdentityCodec(),
            ticket_ids=TicketIds(settings.partitions),
            wait=settings.outcome_wait,
            presence=presence,
        )
