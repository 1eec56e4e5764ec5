"""Opening, changing and importing many tickets at once: a result for each item, in order."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.answers import Recorded, Unknown, command_href, recorded
from services.intake.api.asking import Asking, AskingDep
from services.intake.api.bulk_bodies import MAX_BYTES, BulkBody, Item, MalformedItem
from services.intake.api.bulk_wishes import BulkWishes
from services.intake.api.intake import Intake
from services.intake.api.replies import Reply, Waiting
from services.intake.api.sender import NotSent, TooLarge
from services.intake.api.senders import senders
from shared.events.envelope import Command
from shared.events.ticket_commands import ChangeTicket, OpenTicket, TicketCommandData
from shared.events.ticket_import import ImportTicket
from shared.runtime.http.documented import problems
from shared.runtime.http.principal import Principal
from shared.runtime.http.problems import Problem

router = APIRouter(tags=["tickets"])

PATH = "/v1/tickets:bulk"
LARGER = {PATH: MAX_BYTES}
"""The route's own body limit, for `JsonBodies`."""

_BREATH = 32
"""Items sent before other requests have their turn."""

_BulkSender = Annotated[Principal, Depends(senders(OpenTicket, ChangeTicket, ImportTicket))]


class Fault(BaseModel):
    """A problem's code and sentence; the status is that of the item."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    allowed: list[str] | None = None


class ItemResult(BaseModel):
    """What the item would have been answered with on its own."""

    model_config = ConfigDict(frozen=True)

    status: int = Field(description="200 or 201: recorded. 202: not known yet. 4xx, 503: refused.")
    recorded: Recorded | None = None
    unknown: Unknown | None = None
    problem: Fault | None = None


class BulkAnswer(BaseModel):
    results: list[ItemResult] = Field(description="One for each item, in order.")


@router.post(
    "/tickets:bulk",
    response_model=BulkAnswer,
    responses={
        200: {"model": BulkAnswer, "description": "Every item was looked at."},
        **problems(400, 401, 403, 413, 415, 429, 503),
    },
)
async def bulk(principal: _BulkSender, asking: AskingDep, body: BulkBody) -> Response:
    """Open, change or import up to 1,000 tickets; a bad item fails alone."""
    wishes = BulkWishes(asking, principal)
    under_way: list[_UnderWay | ItemResult] = []
    for index, item in enumerate(body.items):
        under_way.append(await _begin(asking.intake, wishes, index, item))
        if index % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
    results = await _finish(asking, under_way)
    return Response(BulkAnswer(results=results).model_dump_json(exclude_none=True), media_type="application/json")


class _UnderWay:
    """An item whose command was sent."""

    def __init__(self, command: Command[TicketCommandData], waiting: Waiting, *, opened: bool) -> None:
        self.command = command
        self.waiting = waiting
        self.opened = opened


async def _begin(
    intake: Intake, wishes: BulkWishes, index: int, item: Item | MalformedItem
) -> _UnderWay | ItemResult:
    try:
        command = wishes.command(index, item)
        waiting = await intake.send(intake.tickets, command)
    except Problem as problem:
        return _refused(problem)
    except NotSent as failure:
        return _refused(Problem(503, "not_sent", str(failure)))
    except TooLarge as refusal:
        return _refused(Problem(413, "too_large", str(refusal)))
    return _UnderWay(command, waiting, opened=isinstance(command.data, OpenTicket))


async def _finish(asking: Asking, under_way: list[_UnderWay | ItemResult]) -> list[ItemResult]:
    """Wait for all that was sent, no longer in all than for one."""
    intake = asking.intake
    sent = [step for step in under_way if isinstance(step, _UnderWay)]
    try:
        if sent:
            await asyncio.wait([step.waiting for step in sent], timeout=intake.wait.total_seconds())
    finally:
        for step in sent:
            intake.replies.forget(step.command.correlation_id)
    return [_result(intake, step) if isinstance(step, _UnderWay) else step for step in under_way]


def _result(intake: Intake, step: _UnderWay) -> ItemResult:
    reply: Reply | None = step.waiting.result() if step.waiting.done() else None
    if reply is None:
        command_id = step.command.id
        return ItemResult(status=202, unknown=Unknown(command_id=command_id, href=command_href(command_id)))
    try:
        answer = recorded(intake.tickets, UUID(step.command.subject), reply)
    except Problem as problem:
        return _refused(problem)
    return ItemResult(status=201 if step.opened else 200, recorded=answer)


def _refused(problem: Problem) -> ItemResult:
    allowed = problem.more.get("allowed")
    return ItemResult(
        status=problem.status,
        problem=Fault(
            code=problem.code,
            detail=problem.detail,
            allowed=[str(state) for state in allowed] if isinstance(allowed, list) else None,
        ),
    )
