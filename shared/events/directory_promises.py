"""Records of the directory by which promises are made and kept: calendars, SLA policies, escalation rules."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from shared.events.directory_hours import WorkingHours
from shared.events.ticket_values import Channel, Clock, Priority, Status, Tier


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day of the calendar's own on which it is closed, in its zone."""

    day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Business time: the hours of each week, but for public holidays and days off.

    `country` is an ISO 3166-1 alpha-2 code, `subdivision` one of its ISO 3166-2 subdivisions without the country
    (`BY`); None: no public holidays.
    """

    hours: WorkingHours
    country: str | None = None
    subdivision: str | None = None
    days_off: tuple[DayOff, ...] = ()
    type: Literal["calendar"] = "calendar"


@dataclass(frozen=True, slots=True)
class Conditions:
    """A ticket meets them if it meets each that is not empty: is one of those named, and has all of the tags."""

    priorities: tuple[Priority, ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    organisations: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised to tickets of a priority, in minutes; None: nothing.

    With `business_hours_only` they are minutes of the calendar's open hours, else of every hour.
    """

    priority: Priority
    first_response_minutes: int | None = None
    next_reply_minutes: int | None = None
    resolution_minutes: int | None = None
    business_hours_only: bool = False


class OnReopen(StrEnum):
    """What a reopening does to the resolution clock: go on with what was left, or begin anew."""

    RESUME = "resume"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """Of the active policies whose conditions a ticket meets, that of the lowest `position` holds, then by id.

    Business time is that of the calendar of the ticket's organisation, else of its team, else `calendar_id`.
    `paused_while`: the states that pause next reply and resolution. A clock is at risk when `at_risk_percent` of
    its own time are over.
    """

    targets: tuple[Target, ...]
    position: int = 100
    conditions: Conditions = Conditions()
    calendar_id: str | None = None
    paused_while: tuple[Status, ...] = (Status.PENDING_CUSTOMER,)
    on_reopen: OnReopen = OnReopen.RESUME
    at_risk_percent: int = 80
    active: bool = True
    type: Literal["sla_policy"] = "sla_policy"


class Trigger(StrEnum):
    """What sets a rule off.

    `silent`: no agent has answered for so long; `sentiment`: a requester's message is worse than that;
    `escalated`: another rule has escalated.
    """

    AT_RISK = "at_risk"
    BREACHED = "breached"
    SILENT = "silent"
    SENTIMENT = "sentiment"
    REOPENED = "reopened"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class When:
    """A trigger, and what belongs to it alone.

    `clocks` (at_risk, breached): which; empty: any. `minutes` (silent). `below` (sentiment): -1 to 1. `times`
    (reopened): that often or more. `by` (escalated): the rules whose escalation counts; empty: any other's.
    """

    trigger: Trigger
    clocks: tuple[Clock, ...] = ()
    minutes: int | None = None
    below: float | None = None
    times: int | None = None
    by: tuple[str, ...] = ()


class EscalationStep(StrEnum):
    """What a rule does. The first two change the ticket and raise its level; the others tell somebody."""

    RAISE_PRIORITY = "raise_priority"
    REASSIGN = "reassign"
    NOTIFY_ASSIGNEE = "notify_assignee"
    NOTIFY_MANAGER = "notify_manager"
    CALL_WEBHOOK = "call_webhook"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """`conditions` are asked of the ticket as it was when the trigger happened, before any rule changed it.

    `target_tier` goes with `reassign`: an agent of that tier or a higher one.
    """

    when: When
    steps: tuple[EscalationStep, ...]
    conditions: Conditions = Conditions()
    target_tier: Tier | None = None
    active: bool = True
    type: Literal["escalation_rule"] = "escalation_rule"
