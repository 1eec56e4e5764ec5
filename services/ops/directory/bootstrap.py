"""The first admin: an API key that is asked for on the log itself, by whoever runs the platform."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from confluent_kafka import KafkaException
from uuid_utils.compat import uuid7

from services.intake.api.replies import Reply, open_replies
from services.intake.api.sender import NotSent, open_sender
from services.ops.trouble import Trouble
from shared.events.directory import DIRECTORY_COMMANDS, ApiKeyRole, IssueApiKey
from shared.events.envelope import Actor, ActorKind, Command
from shared.events.outcomes import Refused
from shared.runtime.background import Background
from shared.runtime.directory.api_keys import PREFIX, digest_of
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicMismatch, check_topics

_NAME = re.compile("[a-z0-9][a-z0-9._-]{0,62}")
_KEY_BYTES = 32
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class FirstKey:
    """`answered` False: it holds as soon as the processor has taken it, if it takes it."""

    id: UUID
    key: str
    answered: bool


async def bootstrap_key(settings: Settings, name: str) -> FirstKey:
    """Raise `Trouble` where there is something in the directory already."""
    if not _NAME.fullmatch(name):
        raise Trouble(f"{name!r} is no name of a key: 1 to 63 lower-case letters, digits and any of . _ -")
    try:
        await asyncio.to_thread(check_topics, settings)
    except (KafkaException, TopicMismatch) as failure:
        raise Trouble(f"Kafka at {settings.kafka_bootstrap_servers} cannot be asked: {failure}") from failure
    key, key_id = PREFIX + secrets.token_urlsafe(_KEY_BYTES), uuid7()
    reply = await _asked(settings, key_id, IssueApiKey(name, ApiKeyRole.ADMIN, digest_of(key)))
    if reply is not None and isinstance(reply.outcome.result, Refused):
        raise Trouble(reply.outcome.result.detail)
    return FirstKey(key_id, key, reply is not None)


async def _asked(settings: Settings, key_id: UUID, wish: IssueApiKey) -> Reply | None:
    """None: no answer came."""
    background = Background()
    async with open_replies(settings, background) as replies, open_sender(settings, background) as sender:
        command = Command(
            id=key_id,
            subject=str(key_id),
            actor=Actor(ActorKind.ADMIN, wish.name),
            now=datetime.now(UTC),
            correlation_id=key_id,
            data=wish,
            reply_to=replies.partition,
        )
        waiting = replies.expect(command.correlation_id)
        try:
            await sender.send(settings.topic("directory.commands"), DIRECTORY_COMMANDS, command)
            return await asyncio.wait_for(waiting, _PATIENCE_S)
        except NotSent as failure:
            raise Trouble(str(failure)) from failure
        except TimeoutError:
            return None
