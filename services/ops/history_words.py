"""A ticket's history in words: one sentence for each event."""

from collections.abc import Callable, Mapping
from typing import Any

Payload = Mapping[str, Any]


def in_words(event: Mapping[str, Any]) -> str:
    """`event` is an item of the audit trail, whose payload is a part only where a requester asks.

    A type that is not known here is told by its name.
    """
    name = str(event["event_type"]).removeprefix("casefold.ticket.").rsplit(".", 1)[0]
    words = WORDS.get(name)
    told = name.replace("_", " ") if words is None else words(event["payload"])
    return f"{told} (implied)" if event["implied"] else told


def _hands(payload: Payload) -> str:
    previous = payload.get("previous_assignee_id")
    moved = "" if previous in (None, payload["assignee_id"]) else f", until now {previous}'s"
    return f"assigned to {payload['assignee_id']}{moved}"


def _because(said: str) -> Callable[[Payload], str]:
    def words(payload: Payload) -> str:
        return said if payload.get("reason") is None else f"{said}: {payload['reason']}"

    return words


def _resolved(payload: Payload) -> str:
    number = payload.get("resolution", 1)
    again = "resolved" if number == 1 else f"resolved for the {number}. time"
    return again if payload.get("article_id") is None else f"{again}, by an article"


def _unassigned(payload: Payload) -> str:
    previous = payload.get("previous_assignee_id")
    return "taken from its agent" if previous is None else f"taken from {previous}"


def _priority(payload: Payload) -> str:
    previous = payload.get("previous")
    return f"priority {payload['priority']}" + ("" if previous is None else f", until now {previous}")


def _tagged(payload: Payload) -> str:
    added, removed = payload.get("added") or (), payload.get("removed") or ()
    signs = [*(f"+{tag}" for tag in added), *(f"-{tag}" for tag in removed)]
    return f"tags {' '.join(signs)}"


def _fields(payload: Payload) -> str:
    values = payload["values"].items()
    return "fields " + ", ".join(
        f"{name} {'emptied' if value is None else f'= {value}'}" for name, value in values
    )


def _targeted(payload: Payload) -> str:
    clocks = ", ".join(f"{_name(clock)} {_going(clock)}" for clock in payload["clocks"])
    by = f"clocks by policy {payload['policy_id']}" if payload["policy_id"] else "no policy holds"
    because = "" if payload.get("reason") is None else f" ({payload['reason']})"
    return f"{by}{because}: {clocks}" if clocks else f"{by}{because}"


def _going(clock: Payload) -> str:
    if clock.get("stopped_at") is not None:
        return "stopped"
    return "runs" if clock.get("paused_at") is None else "paused"


def _escalated(payload: Payload) -> str:
    clock = "" if payload.get("clock") is None else f", for {_name(payload)}"
    tier = "" if payload.get("target_tier") is None else f", wanted: {payload['target_tier']}"
    return f"{payload['rule_id']} escalates to level {payload['level']}{clock}{tier}"


def _requested(payload: Payload) -> str:
    """Where nobody is named who could be told, that is what there is to know."""
    request = payload["request"]
    if request["action"] == "page":
        return f"{payload['rule_id']} pages whoever is on call"
    whom = ", ".join(request.get("recipients") or ()) or "nobody: the directory names nobody"
    said = "calls the webhook of" if request["action"] == "webhook" else "tells"
    return f"{payload['rule_id']} {said} {whom}"


def _clock(said: str) -> Callable[[Payload], str]:
    return lambda payload: f"{_name(payload)} {said}"


def _name(payload: Payload) -> str:
    """That of a clock."""
    return str(payload["clock"]).replace("_", " ")


WORDS: Mapping[str, Callable[[Payload], str]] = {
    "opened": lambda payload: f"opened as {payload['reference']}, {payload['priority']}, by {payload['channel']}",
    "assigned": _hands,
    "claimed": lambda payload: f"claimed by {payload['assignee_id']}",
    "queued": lambda payload: f"waits: {str(payload['reason']).replace('_', ' ')}",
    "unassigned": _unassigned,
    "requester_replied": lambda _: "the requester wrote",
    "agent_replied": lambda payload: "first response" if payload.get("first_response") else "answered",
    "noted": lambda _: "internal note",
    "customer_awaited": _because("waits for the requester"),
    "internal_awaited": _because("waits for someone inside"),
    "resumed": _because("work goes on"),
    "resolved": _resolved,
    "reopened": _because("reopened"),
    "closed": lambda payload: f"closed ({payload['reason']})" if "reason" in payload else "closed",
    "priority_changed": _priority,
    "categorised": lambda payload: f"category {payload.get('category') or 'emptied'}",
    "transferred": lambda payload: f"team {payload.get('team_id') or 'none'}",
    "retitled": lambda _: "another subject",
    "tagged": _tagged,
    "fields_changed": _fields,
    "sla_targeted": _targeted,
    "sla_at_risk": _clock("at risk"),
    "sla_breached": _clock("breached"),
    "sla_breach_revoked": _clock("was met in time after all"),
    "agent_silent": lambda payload: f"no answer for {payload['minutes']} minutes",
    "escalated": _escalated,
    "escalation_action_requested": _requested,
    "survey_scheduled": lambda _: "survey planned",
    "survey_sent": lambda _: "survey sent",
    "rated": lambda payload: f"rated {payload['score']} of 5",
    "follow_up_opened": lambda payload: f"a message came after the hold; it opened {payload['follow_up_id']}",
    "redacted": lambda payload: f"message {payload['message']} redacted: {payload['reason']}",
    "source_changed": lambda payload: f"row {payload['row']} of the source changed nothing that is kept here",
}
