"""Routes of the agent who asks: that they are there, and what they say of themselves."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.answers import Unknown, unknown_response
from services.intake.api.asking import AskingDep
from services.intake.api.errors import refusal
from services.intake.api.presence import Presence
from services.intake.api.replies import Reply
from services.intake.api.sender import NotSent
from services.intake.api.values import Body
from shared.events.agent import AgentStatus, SetAgentStatus
from shared.events.directory_records import KINDS, ROUTING_POLICY_ID, RoutingPolicy, record_key
from shared.events.outcomes import Refused
from shared.events.routing import Presence as There
from shared.runtime.heartbeats import PresenceUnavailable
from shared.runtime.http.auth import allow
from shared.runtime.http.directory import directory_of
from shared.runtime.http.documented import problems
from shared.runtime.http.principal import Principal, Role
from shared.runtime.http.problems import Problem

router = APIRouter(prefix="/agents/me", tags=["agents"])

AgentDep = Annotated[Principal, Depends(allow(Role.AGENT, Role.LEAD))]


class StatusBody(Body):
    status: AgentStatus


class HeartbeatAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)

    at: datetime = Field(description="When it was noted, by the one clock of all heartbeats.")
    fresh_for_s: float = Field(description="Send the next one well within this time, or you count as away.")


class StatusAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)

    status: AgentStatus
    version: int = Field(description="The version of your record of slots and status.")


class Me(BaseModel):
    """What is null is not known here: nothing was said of it in the recent part of the log."""

    model_config = ConfigDict(frozen=True)

    id: str
    status: AgentStatus | None = Field(description="What you say of yourself.")
    load: int | None = Field(description="Tickets that you hold.")
    max_load: int | None = Field(description="Beyond which you are given none.")
    presence: There | None = Field(description="Whether your heartbeats come; null while that cannot be asked.")
    last_heartbeat: datetime | None
    fresh_for_s: float


def _presence(request: Request) -> Presence:
    presence: Presence = request.app.state.intake.presence
    return presence


def _fresh_for(request: Request) -> timedelta:
    """How old the last heartbeat may be of one who is there, as the policy says."""
    known = directory_of(request).records.get(record_key(KINDS[RoutingPolicy], ROUTING_POLICY_ID))
    policy = None if known is None else known.record
    return policy.heartbeat_fresh if isinstance(policy, RoutingPolicy) else RoutingPolicy().heartbeat_fresh


PresenceDep = Annotated[Presence, Depends(_presence)]
FreshForDep = Annotated[timedelta, Depends(_fresh_for)]


@router.post("/heartbeat", responses=problems(401, 403, 503))
async def send_heartbeat(principal: AgentDep, presence: PresenceDep, fresh_for: FreshForDep) -> HeartbeatAnswer:
    """Say that you are there; to say it twice is to say it once."""
    try:
        at = await presence.heartbeats.beat(principal.id)
    except PresenceUnavailable as failure:
        raise Problem(503, "presence_unavailable", str(failure), headers={"Retry-After": "5"}) from failure
    return HeartbeatAnswer(at=at, fresh_for_s=fresh_for.total_seconds())


@router.put(
    "/status",
    response_model=StatusAnswer,
    responses={202: {"model": Unknown}, **problems(400, 401, 403, 413, 415, 422, 503)},
)
async def set_status(principal: AgentDep, asking: AskingDep, presence: PresenceDep, body: StatusBody) -> Response:
    """Say that you take tickets, are busy, or are off."""
    identity = await asking.identity(principal, principal.id)
    command = asking.command(principal, principal.id, SetAgentStatus(body.status), identity)
    try:
        reply = await asking.intake.ask(asking.intake.agents, command)
    except NotSent as failure:
        raise Problem(503, "not_sent", str(failure), headers={"Retry-After": "1"}) from failure
    if reply is None:
        return unknown_response(command.id)
    result = reply.outcome.result
    if isinstance(result, Refused):
        raise refusal(result)
    await _seen(presence, reply, asking.intake.wait)
    answer = StatusAnswer(status=body.status, version=result.version)
    return Response(answer.model_dump_json(), 200, {}, "application/json")


@router.get("", responses=problems(401, 403, 503))
async def get_me(principal: AgentDep, presence: PresenceDep, fresh_for: FreshForDep) -> Me:
    """Show your own status, load and presence."""
    known = presence.agents.of(principal.id)
    there, last = None, None
    try:
        heartbeat = await presence.heartbeats.last(principal.id)
    except PresenceUnavailable:
        pass  # the rest is known all the same, and null says that this is not
    else:
        last = heartbeat.last
        fresh = last is not None and heartbeat.now - last <= fresh_for
        there = There.PRESENT if fresh else There.ABSENT
    return Me(
        id=principal.id,
        status=known.status,
        load=known.load,
        max_load=known.max_load,
        presence=there,
        last_heartbeat=last,
        fresh_for_s=fresh_for.total_seconds(),
    )


async def _seen(presence: Presence, reply: Reply, wait: timedelta) -> None:
    """Raise a problem where it is recorded and this process does not learn of it, so that a read would deny it."""
    if reply.position is None:
        return
    try:
        await presence.agents.reached(reply.outcome.partition, reply.position, wait)
    except TimeoutError as failure:
        said = "It is recorded, and this process has not read it yet."
        raise Problem(503, "read_behind", said, headers={"Retry-After": "1"}) from failure
