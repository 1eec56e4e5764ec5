"""Writes `ticket_events_v1`: every event as it stands, then the redactions among them."""

import json
from collections.abc import Sequence

from psycopg import AsyncConnection

from services.projections.read_models.delivered import Delivered
from services.projections.read_models.ticket_events import redaction
from services.projections.writes.target import Target
from shared.events.personal import PersonalCodec

TABLE = "ticket_events_v1"

_COLUMNS = (
    "ticket_id",
    "version",
    "conversation_version",
    "partition",
    "event_id",
    "event_type",
    "actor_kind",
    "actor_id",
    "created_at",
    "occurred_at",
    "command_id",
    "correlation_id",
    "cause_id",
    "origin",
    "implied",
    "payload",
)

_TARGET = Target(TABLE, _COLUMNS, "ON CONFLICT DO NOTHING")

_REDACT = """
UPDATE ticket_events_v1 AS event
SET payload = jsonb_set(
    payload,
    CASE WHEN payload ? 'description' THEN '{description}'::text[] ELSE '{message,body}'::text[] END,
    '{"alg": "none", "value": ""}',
    false)
FROM unnest(%s::uuid[], %s::integer[]) AS redacted (ticket_id, version)
WHERE event.ticket_id = redacted.ticket_id AND event.version = redacted.version
"""

_NUL = b"\\u0000"


async def write(connection: AsyncConnection, items: Sequence[Delivered], codec: PersonalCodec) -> None:
    del codec  # the payload stays as it was written; whoever reads it opens it
    await _TARGET.put(connection, [_row(item) for item in items])
    redactions = [found for item in items if (found := redaction(item)) is not None]
    if redactions:
        await connection.execute(
            _REDACT, ([one.ticket_id for one in redactions], [one.version for one in redactions])
        )


def _row(item: Delivered) -> tuple[object, ...]:
    event = item.event
    return (
        event.subject,
        event.version,
        event.conversation_version,
        item.partition,
        event.id,
        item.type_name,
        event.actor.kind.value,
        event.actor.id,
        event.recorded_at,
        event.occurred_at,
        event.command_id,
        event.correlation_id,
        event.cause_id,
        event.origin.value,
        event.implied,
        _storable(item.value),
    )


def _storable(value: bytes) -> str:
    """PostgreSQL holds no NUL sign; U+FFFD stands for it."""
    if _NUL not in value:
        return value.decode()
    return json.dumps(_without_nul(json.loads(value)), ensure_ascii=False)


def _without_nul(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(part) for name, part in value.items()}
    return value
