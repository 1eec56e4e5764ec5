"""Read model `sla_policies_v1`: one row an SLA policy of the directory; its view has one a priority, too."""

from typing import NamedTuple

from services.projections.read_models.delivered import Placed
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_promises import Conditions, OnReopen, SlaPolicy, Target
from shared.events.directory_records import KINDS, record_key
from shared.events.ticket_values import Status

NAME, VERSION = "sla_policies", 1

VIEW = """
SELECT policy.id AS policy_id, policy.position, target.priority, target.first_response_minutes,
    target.next_reply_minutes, target.resolution_minutes, target.business_hours_only, policy.calendar_id,
    policy.at_risk_percent, policy.paused_while, policy.on_reopen, policy.active, policy.conditions, policy.version
FROM sla_policies_v1 AS policy,
    jsonb_to_recordset(policy.targets) AS target (
        priority text, first_response_minutes integer, next_reply_minutes integer, resolution_minutes integer,
        business_hours_only boolean
    )
WHERE NOT policy.removed
"""

_KEYS = record_key(KINDS[SlaPolicy], "")


class PolicyRow(NamedTuple):
    """`version` is that of the record; one that is no SLA policy any more stays, so that it cannot come back."""

    id: str
    version: int
    removed: bool = False
    position: int = 0
    conditions: Conditions = Conditions()
    calendar_id: str | None = None
    paused_while: tuple[Status, ...] = ()
    on_reopen: OnReopen = OnReopen.RESUME
    at_risk_percent: int = 0
    active: bool = False
    targets: tuple[Target, ...] = ()


def evolve(row: PolicyRow | None, item: Placed[DirectoryEventData]) -> PolicyRow | None:
    event = item.event
    if row is not None and event.version <= row.version:
        return row
    policy_id = event.subject.removeprefix(_KEYS)
    match event.data:
        case RecordSaved(record=SlaPolicy() as policy):
            return PolicyRow(
                id=policy_id,
                version=event.version,
                position=policy.position,
                conditions=policy.conditions,
                calendar_id=policy.calendar_id,
                paused_while=policy.paused_while,
                on_reopen=policy.on_reopen,
                at_risk_percent=policy.at_risk_percent,
                active=policy.active,
                targets=policy.targets,
            )
        case RecordSaved() | RecordRemoved() if event.subject.startswith(_KEYS):
            return PolicyRow(policy_id, event.version, removed=True)
        case _:
            return row
