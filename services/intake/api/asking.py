"""From a request to a command: who asks, which id the wish has, what must hold, and what was asked before."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from uuid import UUID, uuid4, uuid5

from fastapi import Depends, Header, Request, Response
from pydantic.json_schema import SkipJsonSchema

from services.intake.api.answers import recorded, recorded_response, unknown_response
from services.intake.api.intake import Intake, Stream
from services.intake.api.sender import NotSent, TooLarge
from services.intake.api.values import Expecting
from shared.events.agent import ReserveSlot
from shared.events.envelope import NOTHING_EXPECTED, Command, Expected
from shared.events.identity import asked_command_id, caller_namespace
from shared.events.ticket_commands import TicketCommandData
from shared.runtime.http.principal import Principal
from shared.runtime.http.problems import Problem
from shared.runtime.telemetry import traceparent

DataT = TypeVar("DataT")

IdempotencyKey = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="Visible ASCII. A repeat with the same key and body does nothing again and gets the first "
        "answer; with another body it is refused.",
    ),
]
IfMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="If-Match",
        pattern=r'^(\*|"[0-9]{1,15}")$',
        description="The `ETag` that the ticket must still have, else 412; `*` asks for nothing.",
    ),
]


@dataclass(frozen=True, slots=True)
class Identity:
    """By which the processor knows a command again, and knows one that only looks the same."""

    command_id: UUID
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What a request says besides its body."""

    request: Request
    intake: Intake
    idempotency_key: str | None
    if_match: int | None

    def new_ticket_id(self, principal: Principal) -> UUID:
        """The one that the idempotency key stands for, so that a retried opening lands on the same ticket."""
        if self.idempotency_key is None:
            return self.intake.ticket_ids.new()
        return uuid5(caller_namespace(principal.role, principal.id), self.idempotency_key)

    async def identity(self, principal: Principal, subject: UUID | str) -> Identity:
        """A retry has the first try's identity; a request without a key has one of its own."""
        if self.idempotency_key is None:
            return Identity(uuid4())
        caller = caller_namespace(principal.role, principal.id)
        body = await self.request.body()
        return Identity(
            asked_command_id(caller, str(subject), self.idempotency_key),
            fingerprint_of(self.request, json.loads(body) if body else None),
        )

    def command(
        self,
        principal: Principal,
        subject: UUID | str,
        data: DataT,
        identity: Identity,
        expecting: Expecting | None = None,
    ) -> Command[DataT]:
        return Command(
            id=identity.command_id,
            subject=str(subject),
            actor=principal.actor,
            now=datetime.now(UTC),
            correlation_id=uuid4(),
            data=data,
            expected=self._expected(expecting),
            reply_to=self.intake.replies.partition,
            fingerprint=identity.fingerprint,
            trace=traceparent(self.request.headers.get("traceparent")),
        )

    def _expected(self, expecting: Expecting | None) -> Expected:
        version = None if expecting is None else expecting.expected_version
        conversation = None if expecting is None else expecting.expected_conversation_version
        if version is None and conversation is None and self.if_match is None:
            return NOTHING_EXPECTED
        return Expected(version, conversation, self.if_match)

    async def ask(
        self,
        principal: Principal,
        ticket_id: UUID,
        data: TicketCommandData,
        expecting: Expecting | None = None,
        *,
        opened: bool = False,
    ) -> Response:
        """Send the wish and answer what became of it. Raise the problem of a refusal."""
        identity = await self.identity(principal, ticket_id)
        command = self.command(principal, ticket_id, data, identity, expecting)
        return await self._answer(self.intake.tickets, command, ticket_id, opened=opened)

    async def ask_slot(
        self, principal: Principal, agent_id: str, wish: ReserveSlot, expecting: Expecting | None = None
    ) -> Response:
        """As `ask`: the agent's slot is reserved first, and the ticket answers."""
        identity = await self.identity(principal, wish.ticket_id)
        command = self.command(principal, agent_id, wish, identity, expecting)
        return await self._answer(self.intake.agents, command, wish.ticket_id)

    async def _answer(
        self, stream: Stream[DataT], command: Command[DataT], ticket_id: UUID, *, opened: bool = False
    ) -> Response:
        try:
            reply = await self.intake.ask(stream, command)
        except NotSent as failure:
            raise Problem(503, "not_sent", str(failure), headers={"Retry-After": "1"}) from failure
        except TooLarge as refusal:
            raise Problem(413, "too_large", str(refusal)) from refusal
        if reply is None:
            return unknown_response(command.id)
        return recorded_response(recorded(self.intake.tickets, ticket_id, reply), opened=opened)


def fingerprint_of(request: Request, body: object) -> str:
    """A digest of what was asked: method, path and the body, whatever its spacing and the order of its names."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    asked = f"{request.method} {request.url.path}\n{canonical}"
    return hashlib.blake2b(asked.encode(), digest_size=16).hexdigest()


async def asking(request: Request, idempotency_key: IdempotencyKey = None) -> Asking:
    return Asking(request, request.app.state.intake, idempotency_key, None)


async def asking_of_version(
    request: Request, idempotency_key: IdempotencyKey = None, if_match: IfMatch = None
) -> Asking:
    version = None if if_match is None or if_match == "*" else int(if_match.strip('"'))
    return Asking(request, request.app.state.intake, idempotency_key, version)


AskingDep = Annotated[Asking, Depends(asking)]
VersionedAsking = Annotated[Asking, Depends(asking_of_version)]
