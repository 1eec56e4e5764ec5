"""A ticket's routing decisions in sentences."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from shared.events.envelope import Actor
from shared.events.routing_values import AGENT_AWAY, Candidate, Explanation, LeftOut, QueueReason
from shared.events.ticket_events import (
    TicketAssigned,
    TicketClaimed,
    TicketQueued,
    TicketUnassigned,
)

RoutingDecision = TicketAssigned | TicketClaimed | TicketQueued | TicketUnassigned
"""The events of a ticket that say who has it, or why nobody has."""

_LEFT_OUT: Mapping[LeftOut, str] = {
    LeftOut.INACTIVE: "not active",
    LeftOut.OTHER_TEAM: "of another team",
    LeftOut.OUT_OF_OFFICE: "out of office",
    LeftOut.OUTSIDE_WORKING_HOURS: "outside their working hours",
    LeftOut.NOT_ONLINE: "not online",
    LeftOut.HEARTBEAT_STALE: "not seen lately",
    LeftOut.LANGUAGE: "without the language",
    LeftOut.SKILLS: "without the skills",
    LeftOut.TIER: "below the tier",
    LeftOut.NO_FREE_SLOT: "at their limit",
    LeftOut.NO_ANSWER: "asked just before without an answer",
}

_QUEUED: Mapping[QueueReason, str] = {
    QueueReason.NO_TEAM_MEMBER: "nobody is in the team",
    QueueReason.NO_SKILL: "nobody in question has the skills",
    QueueReason.NO_LANGUAGE: "nobody with the skills speaks the language",
    QueueReason.NO_TIER: "nobody with the skills and the language is of the tier",
    QueueReason.NOBODY_AVAILABLE: "nobody who could take it is there",
    QueueReason.EVERYBODY_FULL: "everybody who could take it is at their limit",
}


def told(decision: RoutingDecision, actor: Actor) -> list[str]:
    """The decision first, then what it rested on, where that is on record."""
    match decision:
        case TicketAssigned():
            return _assigned(decision, actor)
        case TicketClaimed(assignee_id=agent_id):
            return [f"{agent_id} took it themself."]
        case TicketQueued(reason, grounds, missing):
            lacking = f" Missing: {', '.join(missing)}." if missing else ""
            return [f"It waits: {_QUEUED[reason]}.{lacking}", *_grounds(grounds)]
        case TicketUnassigned():
            return [_unassigned(decision, actor)]
        case unknown:
            assert_never(unknown)


def _assigned(decision: TicketAssigned, actor: Actor) -> list[str]:
    grounds = decision.explanation
    if grounds is None:
        over = " They are over their limit with it." if decision.over_limit else ""
        return [f"Given to {decision.assignee_id} by {actor.kind} {actor.id}, not by the router.{over}"]
    best = f"the best of {grounds.eligible} who could take it"
    taken = "" if decision.previous_assignee_id is None else f" instead of {decision.previous_assignee_id}"
    return [f"Given to {decision.assignee_id}{taken}, {best}.", *_grounds(grounds)]


def _unassigned(decision: TicketUnassigned, actor: Actor) -> str:
    agent_id = decision.previous_assignee_id
    if decision.reason == AGENT_AWAY:
        return f"Taken from {agent_id}, who is away and had not answered it."
    because = "" if decision.reason is None else f": {decision.reason}"
    return f"Taken from {agent_id} by {actor.kind} {actor.id}{because}."


def _grounds(explanation: Explanation) -> Iterator[str]:
    yield f"Asked for: {_asked(explanation)}."
    if explanation.dropped:
        yield f"No longer asked for, after the wait: {', '.join(explanation.dropped)}."
    if explanation.to_leads:
        yield "It had waited too long, so leads were asked, whatever their skills and languages."
    for place, one in enumerate(explanation.candidates, 1):
        yield f"{place}. {_candidate(one)}"
    if explanation.left_out:
        counted = ", ".join(f"{count} {_LEFT_OUT[reason]}" for reason, count in explanation.left_out.items())
        yield f"Left out: {counted}."


def _asked(explanation: Explanation) -> str:
    team = "any team" if explanation.team_id is None else f"team {explanation.team_id}"
    language = "" if explanation.language is None else f", language {explanation.language}"
    skills = f", skills {', '.join(explanation.required)}" if explanation.required else ", no skill"
    tier = "" if explanation.tier is None else f", tier {explanation.tier} or higher"
    return f"{team}{language}{skills}{tier}"


def _candidate(one: Candidate) -> str:
    last = one.last_assigned_at
    since = "no ticket before" if last is None else f"last assigned {last:%Y-%m-%d %H:%M:%S} UTC"
    turns = f", {one.turns:g} weighted turns" if one.turns else ""
    return f"{one.agent_id}: {one.load} of {one.max_load} tickets, proficiency {one.proficiency}, {since}{turns}."
