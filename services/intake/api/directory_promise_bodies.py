"""Calendars, SLA policies and escalation rules as people write and read them, over HTTP and in files."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from services.intake.api.directory_fields import Day, RecordId, WorkingHoursBody
from services.intake.api.values import Body, Category, Tag
from services.intake.domain.directory_calendars import MAX_DAYS_OFF
from services.intake.domain.directory_escalation import BEST, MAX_BY, MAX_TIMES, WORST
from services.intake.domain.directory_faults import MAX_NAME
from services.intake.domain.directory_promises import (
    LEAST_AT_RISK,
    MAX_CONDITION,
    MAX_MINUTES,
    MAX_POSITION,
    MOST_AT_RISK,
)
from services.intake.domain.policy import MAX_TAGS
from shared.events.directory_promises import EscalationStep, OnReopen, Trigger
from shared.events.ticket_values import Channel, Clock, Priority, Status, Tier

MAX_SUBDIVISION = 50
Minutes = Annotated[StrictInt, Field(ge=1, le=MAX_MINUTES)]


class DayOffBody(Body):
    day: Day
    name: Annotated[str, Field(max_length=MAX_NAME)] = ""


class CalendarBody(Body):
    hours: WorkingHoursBody
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["DE"])] | None = Field(
        None, description="Whose public holidays it is closed on, ISO 3166-1. Null: on none."
    )
    subdivision: Annotated[str, Field(min_length=1, max_length=MAX_SUBDIVISION, examples=["BY"])] | None = Field(
        None, description="Which part of the country, ISO 3166-2 without the country."
    )
    days_off: Annotated[tuple[DayOffBody, ...], Field(max_length=MAX_DAYS_OFF)] = Field(
        (), description="Days on which it is closed besides."
    )


class ConditionsBody(Body):
    """What is empty is not asked. A ticket is one of those named, and has all of the tags."""

    priorities: Annotated[tuple[Priority, ...], Field(max_length=len(Priority))] = ()
    categories: Annotated[tuple[Category, ...], Field(max_length=MAX_CONDITION)] = ()
    channels: Annotated[tuple[Channel, ...], Field(max_length=len(Channel))] = ()
    organisations: Annotated[tuple[RecordId, ...], Field(max_length=MAX_CONDITION)] = ()
    teams: Annotated[tuple[RecordId, ...], Field(max_length=MAX_CONDITION)] = ()
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] = ()


class TargetBody(Body):
    priority: Priority
    first_response_minutes: Minutes | None = Field(None, description="Null: not promised.")
    next_reply_minutes: Minutes | None = None
    resolution_minutes: Minutes | None = None
    business_hours_only: StrictBool = Field(
        default=False, description="Minutes of the calendar's open hours, else of every hour."
    )


class SlaPolicyBody(Body):
    type: Literal["sla_policy"] = "sla_policy"
    targets: Annotated[tuple[TargetBody, ...], Field(min_length=1, max_length=len(Priority))]
    position: Annotated[StrictInt, Field(ge=0, le=MAX_POSITION)] = Field(
        100, description="Of the policies that fit a ticket, that of the lowest position holds, then by id."
    )
    conditions: ConditionsBody = Field(ConditionsBody(), description="Which tickets it is for.")
    calendar_id: RecordId | None = Field(
        None, description="Business hours where neither the ticket's organisation nor its team has a calendar."
    )
    paused_while: Annotated[
        tuple[Literal[Status.PENDING_CUSTOMER, Status.PENDING_INTERNAL], ...], Field(max_length=2)
    ] = Field((Status.PENDING_CUSTOMER,), description="States that pause next reply and resolution.")
    on_reopen: OnReopen = Field(
        OnReopen.RESUME, description="Whether a reopened ticket's resolution goes on with what was left, or anew."
    )
    at_risk_percent: Annotated[StrictInt, Field(ge=LEAST_AT_RISK, le=MOST_AT_RISK)] = Field(
        80, description="Of a clock's own time, after which it is at risk."
    )
    active: StrictBool = True


class WhenBody(Body):
    """A trigger, and what goes with it: the others are left out."""

    trigger: Trigger
    clocks: Annotated[tuple[Clock, ...], Field(max_length=len(Clock))] = Field(
        (), description="With at_risk and breached. None: any."
    )
    minutes: Minutes | None = Field(None, description="With silent: how long no agent has answered.")
    below: Annotated[float, Field(strict=True, ge=WORST, le=BEST)] | None = Field(
        None, description="With sentiment: that of the requester's message, -1 the worst."
    )
    times: Annotated[StrictInt, Field(ge=1, le=MAX_TIMES)] | None = Field(
        None, description="With reopened: that often or more."
    )
    by: Annotated[tuple[RecordId, ...], Field(max_length=MAX_BY)] = Field(
        (), description="With escalated: the rules whose escalation counts. None: any other's."
    )


class EscalationRuleBody(Body):
    type: Literal["escalation_rule"]
    when: WhenBody
    steps: Annotated[tuple[EscalationStep, ...], Field(min_length=1, max_length=len(EscalationStep))]
    conditions: ConditionsBody = Field(
        ConditionsBody(), description="Of the ticket as it was when the trigger happened."
    )
    target_tier: Tier | None = Field(None, description="With reassign: to such an agent, or one of a higher tier.")
    active: StrictBool = True
