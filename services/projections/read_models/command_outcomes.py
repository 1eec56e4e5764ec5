"""Read model `command_outcomes_v1`: what became of each command."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.events.envelope import ActorKind
from shared.events.outcomes import Accepted, Outcome

NAME, VERSION = "command_outcomes", 1

KEPT = timedelta(days=7)
"""As long as their topic keeps them."""

VIEW = """
SELECT command_id, stream, subject, actor_kind, actor_id, decided_at, accepted, version, conversation_version,
    reference, follow_up_id, continued_by, code, detail, allowed
FROM command_outcomes_v1
"""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """`partition` is that of the command, and so of its events; `continued_by` the command that answers for it."""

    command_id: UUID
    partition: int
    stream: str
    subject: str
    actor_kind: ActorKind
    actor_id: str
    decided_at: datetime
    accepted: bool
    version: int | None
    conversation_version: int | None
    reference: str | None = None
    follow_up_id: UUID | None = None
    continued_by: UUID | None = None
    code: str | None = None
    detail: str | None = None
    allowed: tuple[str, ...] = ()


def evolve(row: OutcomeRow | None, outcome: Outcome) -> OutcomeRow:
    """An acceptance stands for ever; a refused command may be sent again, and its latest outcome counts."""
    if row is not None and (row.accepted or outcome.decided_at < row.decided_at):
        return row
    result = outcome.result
    if isinstance(result, Accepted):
        return OutcomeRow(
            outcome.command_id,
            outcome.partition,
            outcome.stream,
            outcome.subject,
            outcome.actor.kind,
            outcome.actor.id,
            outcome.decided_at,
            accepted=True,
            version=result.version,
            conversation_version=result.conversation_version,
            reference=result.reference,
            follow_up_id=result.follow_up_id,
            continued_by=result.continued_by,
        )
    return OutcomeRow(
        outcome.command_id,
        outcome.partition,
        outcome.stream,
        outcome.subject,
        outcome.actor.kind,
        outcome.actor.id,
        outcome.decided_at,
        accepted=False,
        version=result.version,
        conversation_version=result.conversation_version,
        code=result.code,
        detail=result.detail,
        allowed=result.allowed,
    )
