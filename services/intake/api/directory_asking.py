"""A wish about the directory: sent, decided, and seen by this process, or the answer for what is not known."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import Response

from services.intake.api.answers import unknown_response
from services.intake.api.asking import Asking
from services.intake.api.errors import refusal
from services.intake.api.replies import Reply
from services.intake.api.sender import NotSent, TooLarge
from shared.events.directory import DirectoryCommandData
from shared.events.outcomes import Accepted, Refused
from shared.runtime.directory.following import Directory
from shared.runtime.http.directory import directory_of
from shared.runtime.http.principal import Principal
from shared.runtime.http.problems import Problem


@dataclass(frozen=True, slots=True)
class Granted:
    """`read_token` None: it is not known where the change is."""

    accepted: Accepted
    command_id: UUID
    read_token: str | None


async def ask_directory(
    asking: Asking, principal: Principal, subject: str, data: DirectoryCommandData
) -> Granted | Response:
    """Raise the problem of a refusal; the answer, where what became of it is not known."""
    identity = await asking.identity(principal, subject)
    command = asking.command(principal, subject, data, identity)
    try:
        reply = await asking.intake.ask(asking.intake.directory, command)
    except NotSent as failure:
        raise Problem(503, "not_sent", str(failure), headers={"Retry-After": "1"}) from failure
    except TooLarge as too_large:
        raise Problem(413, "too_large", str(too_large)) from too_large
    if reply is None:
        return unknown_response(command.id)
    match reply.outcome.result:
        case Refused() as refused:
            raise refusal(refused)
        case Accepted() as accepted:
            await _seen(directory_of(asking.request), reply, asking.intake.wait)
            return Granted(accepted, command.id, asking.intake.directory.read_token(reply))


async def _seen(directory: Directory, reply: Reply, wait: timedelta) -> None:
    """Raise a problem where it is recorded and this process does not learn of it."""
    if reply.position is None:
        return
    try:
        await directory.reached(reply.position, wait)
    except TimeoutError as failure:
        said = "It is recorded, and this process has not read it yet."
        raise Problem(503, "read_behind", said, headers={"Retry-After": "1"}) from failure
