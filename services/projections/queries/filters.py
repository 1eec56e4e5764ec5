"""The filters of the ticket list, and the conditions that they stand for."""

from collections.abc import Mapping
from typing import Annotated, Literal

from psycopg import sql
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from services.projections.queries import sorting
from services.projections.queries.context import Reader
from services.projections.queries.sorting import SortKey
from shared.events.ticket_values import Channel, Clock, Priority, Status
from shared.runtime.http.problems import Problem

Text = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]
Times = AwareDatetime | SkipJsonSchema[None]

Breach = Literal["true", "false", "first_response", "next_reply", "resolution"]
Level = Annotated[int, Field(ge=0, le=3)]

NONE = "none"
MOST = 200


class TicketFilters(BaseModel):
    """All of them must hold; of several values for one filter, one must (of tags all)."""

    model_config = ConfigDict(frozen=True)

    status: list[Status] = Field(default=[], max_length=20)
    priority: list[Priority] = Field(default=[], max_length=20)
    channel: list[Channel] = Field(default=[], max_length=20)
    assignee_id: list[Text] = Field(default=[], max_length=50, description="`none`: nobody has it.")
    team_id: list[Text] = Field(default=[], max_length=50, description="`none`: no team has it.")
    requester_id: Text | SkipJsonSchema[None] = None
    category: list[Text] = Field(default=[], max_length=50, description="`none`: it has no category.")
    tag: list[Text] = Field(default=[], max_length=20)
    breached: list[Breach] = Field(
        default=[],
        max_length=10,
        description="The latest start of that clock is broken; `true`: of any; `false`: of none.",
    )
    at_risk: Literal["true", "false"] | SkipJsonSchema[None] = Field(
        default=None, description="A clock that goes on was warned of, and is not broken."
    )
    due_after: Times = Field(
        default=None, description="The earliest due time of a running clock is then or later."
    )
    due_before: Times = Field(default=None, description="It is earlier than that.")
    escalation_level: list[Level] = Field(default=[], max_length=10)
    created_after: Times = Field(default=None, description="Then or later.")
    created_before: Times = Field(default=None, description="Earlier than that.")
    updated_after: Times = Field(default=None, description="Then or later.")
    updated_before: Times = Field(default=None, description="Earlier than that.")
    reference: Text | SkipJsonSchema[None] = Field(default=None, description="The number for people, exactly.")
    q: Text | SkipJsonSchema[None] = Field(
        default=None,
        description="Words of subject, description and comments. All must be there; `-word` must not, "
        "`word*` is a beginning.",
    )
    sort: str = Field(
        default="-created_at",
        max_length=200,
        description="Keys with commas between; a minus makes one fall.",
        json_schema_extra={"pattern": sorting.PATTERN},
    )
    cursor: str | SkipJsonSchema[None] = Field(
        default=None, max_length=1000, description="`next_cursor` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=MOST)

    def question(self) -> dict[str, object]:
        """Everything that a cursor belongs to."""
        return self.model_dump(mode="json", exclude={"cursor", "limit"})


class Conditions:
    """Conditions on `tickets`, all of which must hold, with their parameters."""

    def __init__(self) -> None:
        self._conditions: list[sql.Composable] = []
        self.parameters: list[object] = []

    def add(self, condition: sql.Composable | Literal["true"], *parameters: object) -> None:
        self._conditions.append(sql.SQL(condition) if isinstance(condition, str) else condition)
        self.parameters += parameters

    def any_of(self, column: str, values: list[str]) -> None:
        if values:
            self.add(sql.SQL("{} = ANY(%s)").format(sql.Identifier(column)), values)

    def any_or_none(self, column: str, values: list[str]) -> None:
        """As `any_of`, where the word `none` stands for no value at all."""
        name = sql.Identifier(column)
        named = [value for value in values if value != NONE]
        if NONE in values and named:
            self.add(sql.SQL("({} = ANY(%s) OR {} IS NULL)").format(name, name), named)
        elif NONE in values:
            self.add(sql.SQL("{} IS NULL").format(name))
        elif len(named) == 1:
            self.add(sql.SQL("{} = %s").format(name), named[0])
        else:
            self.any_of(column, named)

    @property
    def sql(self) -> sql.Composed:
        return sql.SQL(" AND ").join(self._conditions or [sql.SQL("true")])


def conditions(filters: TicketFilters, reader: Reader) -> Conditions:
    """Those of all filters but `status` and `q`, which shape the query itself."""
    found = Conditions()
    if reader.requester_id is not None:
        found.add(sql.SQL("requester_id = %s"), reader.requester_id)
    if filters.requester_id is not None:
        found.add(sql.SQL("requester_id = %s"), filters.requester_id)
    found.any_of("priority", list(filters.priority))
    found.any_of("channel", list(filters.channel))
    found.any_or_none("assignee_id", filters.assignee_id)
    found.any_or_none("team_id", filters.team_id)
    found.any_or_none("category", filters.category)
    if filters.tag:
        found.add(sql.SQL("tags @> %s"), filters.tag)
    _add_promises(found, filters)
    for column, operator, at in (
        ("created_at", ">=", filters.created_after),
        ("created_at", "<", filters.created_before),
        ("updated_at", ">=", filters.updated_after),
        ("updated_at", "<", filters.updated_before),
    ):
        if at is not None:
            found.add(sql.SQL("{} {} %s").format(sql.Identifier(column), sql.SQL(operator)), at)
    if filters.reference is not None:
        found.add(sql.SQL("reference = %s"), filters.reference.upper())
    return found


_BROKEN = {clock.value: sql.Identifier(f"{clock}_breached") for clock in Clock}
_ANY_BROKEN = sql.SQL("({})").format(sql.SQL(" OR ").join(_BROKEN.values()))
_BREACHES: Mapping[Breach, sql.Composable] = {
    "true": _ANY_BROKEN,
    "false": sql.SQL("NOT {}").format(_ANY_BROKEN),
    "first_response": _BROKEN["first_response"],
    "next_reply": _BROKEN["next_reply"],
    "resolution": _BROKEN["resolution"],
}
_AT_RISK = (
    "id = ANY(ARRAY(SELECT ticket_id FROM sla_timers WHERE at_risk_fired_at IS NOT NULL AND breached_at IS NULL "
    "AND stopped_at IS NULL AND dropped_at IS NULL))"
)
"""The conditions of an index that holds them alone, which are few."""


def _add_promises(found: Conditions, filters: TicketFilters) -> None:
    if filters.breached:
        asked = (_BREACHES[breach] for breach in sorted(set(filters.breached)))
        found.add(sql.SQL("({})").format(sql.SQL(" OR ").join(asked)))
    if filters.at_risk is not None:
        found.add(sql.SQL(_AT_RISK if filters.at_risk == "true" else f"NOT {_AT_RISK}"))
    for operator, at in ((">=", filters.due_after), ("<", filters.due_before)):
        if at is not None:
            found.add(sql.SQL("{} {} %s").format(sql.SQL(sorting.DUE), sql.SQL(operator)), at)
    if filters.escalation_level:
        found.add(sql.SQL("escalation_level = ANY(%s)"), filters.escalation_level)


_INTERNAL = ("tag", "team_id", "breached", "at_risk", "due_after", "due_before", "escalation_level")


def refuse_internal(filters: TicketFilters, keys: tuple[SortKey, ...], reader: Reader) -> None:
    """A requester may not find out by filtering what they may not see. Raise a 403 problem."""
    if reader.requester_id is None:
        return
    asked = [name for name in _INTERNAL if getattr(filters, name) not in (None, [])]
    asked += [key.name for key in keys if key.name in sorting.INTERNAL]
    if asked:
        raise Problem(403, "forbidden", f"A requester can neither filter nor sort by {', '.join(asked)}.")
