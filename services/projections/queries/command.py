"""The question "what became of this command"."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from psycopg.rows import class_row

from services.projections.queries.answers import CommandOutcome
from services.projections.queries.context import QueriesDep
from shared.runtime.http.auth import allow
from shared.runtime.http.documented import problems
from shared.runtime.http.principal import READERS, Principal, Role
from shared.runtime.http.problems import Problem

router = APIRouter(tags=["commands"])

_OUTCOME = """
WITH RECURSIVE steps AS (
    SELECT command_id AS asked, command_outcomes.*
    FROM command_outcomes
    WHERE command_id = %s AND (%s OR (actor_kind = 'requester' AND actor_id = %s))
    UNION ALL
    SELECT steps.asked, next.*
    FROM steps JOIN command_outcomes AS next ON next.command_id = steps.continued_by
)
SELECT asked AS command_id, CASE WHEN accepted THEN 'accepted' ELSE 'refused' END AS state, stream, subject,
    decided_at, version, conversation_version, reference, follow_up_id, code, detail, allowed
FROM steps
WHERE continued_by IS NULL
"""


@router.get("/commands/{command_id}", responses=problems(400, 401, 403, 404, 429, 503))
async def get_command(
    command_id: UUID,
    queries: QueriesDep,
    principal: Annotated[Principal, Depends(allow(*READERS, Role.REQUESTER))],
) -> CommandOutcome:
    """What became of a command; a requester sees their own. A command still under way is not found yet.

    Of a command that goes on elsewhere, as a claim goes on from the agent to the ticket, the last step answers.
    """
    any_actor = principal.role is not Role.REQUESTER
    async with queries.connected() as connection, connection.cursor(row_factory=class_row(CommandOutcome)) as rows:
        await rows.execute(_OUTCOME, (command_id, any_actor, principal.id))
        found = await rows.fetchone()
    if found is None:
        raise Problem(404, "not_found", "Nothing is known of such a command of yours, or not yet.")
    return found
