"""What is promised to a ticket by the policies and calendars that were in force as of one offset."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar

from services.sla.domain.conditions import meets
from services.sla.domain.open_hours import ALWAYS, OpenHours
from shared.events.directory_promises import Calendar, SlaPolicy, Target
from shared.events.ticket_values import Clock, Priority, SlaInputs

RecordT_co = TypeVar("RecordT_co", covariant=True)

_MINUTES: Mapping[Clock, str] = {
    Clock.FIRST_RESPONSE: "first_response_minutes",
    Clock.NEXT_REPLY: "next_reply_minutes",
    Clock.RESOLUTION: "resolution_minutes",
}


@dataclass(frozen=True, slots=True)
class Kept(Generic[RecordT_co]):
    """A record, its id and the version that it is of; 0 where it is built in."""

    id: str
    version: int
    record: RecordT_co


class Promise(NamedTuple):
    """What is promised to a ticket. `calendar` is None where the target is in calendar time."""

    policy: Kept[SlaPolicy]
    calendar: Kept[Calendar] | None
    hours: OpenHours
    target: Target

    def goal(self, clock: Clock) -> timedelta | None:
        """None: nothing is promised."""
        minutes: int | None = getattr(self.target, _MINUTES[clock])
        return None if minutes is None else timedelta(minutes=minutes)


class Calendars(Protocol):
    """Calendars, and who names which, as of any offset."""

    def calendar(self, calendar_id: str, offset: int) -> Kept[Calendar] | None: ...

    def of_organisation(self, organisation: str | None, offset: int) -> str | None: ...

    def of_team(self, team_id: str | None, offset: int) -> str | None: ...

    def hours(self, calendar: Kept[Calendar]) -> OpenHours: ...


class Book:
    """The policies and calendars in force as of one offset."""

    def __init__(self, offset: int, policies: tuple[Kept[SlaPolicy], ...], calendars: Calendars) -> None:
        self.offset = offset
        self._policies = policies
        self._calendars = calendars
        self._last: tuple[SlaInputs, Promise | None] | None = None

    def promise(self, inputs: SlaInputs) -> Promise | None:
        """That of the first active policy whose conditions hold; None: no policy, or none for that priority."""
        if self._last is None or self._last[0] is not inputs:  # each clock of a ticket asks the same
            self._last = inputs, self._promise(inputs)
        return self._last[1]

    def _promise(self, inputs: SlaInputs) -> Promise | None:
        for policy in self._policies:
            if policy.record.active and meets(policy.record.conditions, inputs):
                break
        else:
            return None
        target = _target(policy.record, inputs.priority)
        if target is None:
            return None
        calendar = self._calendar(policy.record, inputs) if target.business_hours_only else None
        hours = ALWAYS if calendar is None else self._calendars.hours(calendar)
        return Promise(policy, calendar, hours, target)

    def _calendar(self, policy: SlaPolicy, inputs: SlaInputs) -> Kept[Calendar] | None:
        """The organisation's, else the team's, else the policy's; one that is not there is passed over.

        None: not one of them is there, and the promise holds in calendar time, which is the stricter.
        """
        named = (
            self._calendars.of_organisation(inputs.organisation, self.offset),
            self._calendars.of_team(inputs.team_id, self.offset),
            policy.calendar_id,
        )
        for calendar_id in named:
            found = None if calendar_id is None else self._calendars.calendar(calendar_id, self.offset)
            if found is not None:
                return found
        return None


def in_order(policies: Iterable[Kept[SlaPolicy]]) -> tuple[Kept[SlaPolicy], ...]:
    """In which the first whose conditions hold is the one that does."""
    return tuple(sorted(policies, key=lambda one: (one.record.position, one.id)))


def _target(policy: SlaPolicy, priority: Priority) -> Target | None:
    for target in policy.targets:
        if target.priority is priority:
            return target
    return None
