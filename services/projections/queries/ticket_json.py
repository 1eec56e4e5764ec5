"""A ticket as JSON, made by PostgreSQL: a page of them costs this process next to nothing."""

from functools import cache

from psycopg import sql

from services.projections.queries.visibility import HIDDEN_FIELDS

_SAME = (
    "id",
    "reference",
    "external",
    "subject",
    "channel",
    "priority",
    "status",
    "requester_id",
    "organisation",
    "assignee_id",
    "team_id",
    "category",
    "tags",
    "fields",
    "follows",
    "origin",
    "created_at",
    "updated_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "close_reason",
    "first_response_due_at",
    "next_reply_due_at",
    "resolution_due_at",
    "escalation_level",
    "reopenings",
    "reassignments",
    "version",
    "conversation_version",
)
_BREACHED = sql.SQL(
    "json_build_object('first_response', first_response_breached, 'next_reply', next_reply_breached, "
    "'resolution', resolution_breached)"
)


@cache
def ticket_json(*, internal: bool, whole: bool) -> sql.SQL:
    """An expression over a row of `tickets`; `internal`: with what a requester does not see."""
    columns: dict[str, sql.Composable] = {name: sql.Identifier(name) for name in _SAME}
    columns["breached"] = _BREACHED
    if whole:
        columns["description"] = sql.Identifier("description")
    if not internal:
        columns.update(dict.fromkeys(HIDDEN_FIELDS, sql.SQL("NULL")))
        columns["tags"] = sql.SQL("ARRAY[]::text[]")
    pairs = [sql.SQL("{}, {}").format(sql.Literal(name), column) for name, column in columns.items()]
    made = sql.SQL("json_build_object({})::text").format(sql.SQL(", ").join(pairs))
    return sql.SQL(made.as_string(None))  # made of this module's constants, and composed but once
