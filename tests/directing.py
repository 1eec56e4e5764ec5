"""Given, when and then for the directory's decider: fixed ids and dates, a few records, no clock."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.intake.domain.directory import State, decide, evolve, react
from services.intake.domain.places import Places
from services.intake.domain.reaction import Reaction, Settled
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from shared.events.directory import DirectoryCommandData, DirectoryEventData, RecordSaved
from shared.events.directory_hours import Weekday, WorkingHours, WorkingSpan
from shared.events.directory_promises import (
    Calendar,
    Conditions,
    DayOff,
    EscalationRule,
    EscalationStep,
    SlaPolicy,
    Target,
    Trigger,
    When,
)
from shared.events.directory_records import (
    KINDS,
    Agent,
    Category,
    KeywordRule,
    Organisation,
    Record,
    RequiredSkill,
    RoutingPolicy,
    Team,
)
from shared.events.envelope import NOTHING_EXPECTED, Actor, ActorKind, Command, Event, Expected
from shared.events.personal import Plain
from shared.events.ticket_values import Priority, Tier

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACES = Places(frozenset({"Europe/Berlin", "UTC"}), {"DE": ("BE", "BY"), "FR": ()}.get)

ROOT = Actor(ActorKind.ADMIN, "root")
LEA = Actor(ActorKind.LEAD, "lea")
LEO = Actor(ActorKind.LEAD, "leo")
"""Leads nobody that is in the directory."""

_MONDAYS = WorkingSpan(Weekday.MONDAY, time(9), time(17))
WEEK = Calendar(WorkingHours("Europe/Berlin", (_MONDAYS,)), "DE", "BY", (DayOff(date(2026, 3, 2), "move"),))
GOLD = SlaPolicy(
    (Target(Priority.P1, 60, 60, 240), Target(Priority.P3, resolution_minutes=600, business_hours_only=True)),
    conditions=Conditions(organisations=("acme",)),
    calendar_id="week",
)
BREACH = EscalationRule(When(Trigger.BREACHED), (EscalationStep.RAISE_PRIORITY,))

RECORDS: Mapping[str, Record] = {
    "teams/support": Team("Support", leads=("lea",)),
    "teams/billing": Team("Billing", fallback_team_id="support"),
    "agents/ada": Agent(Plain("Ada"), "support", skills={"printers": 4}),
    "agents/lea": Agent(Plain("Lea"), "support", Tier.LEAD),
    "agents/ben": Agent(Plain("Ben"), "billing"),
    "categories/hardware/printer": Category("support", (RequiredSkill("printers"),)),
    "organisations/acme": Organisation("Acme", ("acme.example",), "en"),
    "rules/fire": KeywordRule(("fire", "smoke"), ("urgent",)),
    "policies/routing": RoutingPolicy(weights={"ada": 2}),
    "calendars/week": WEEK,
    "policies/gold": GOLD,
    "rules/breach": BREACH,
}
"""A small directory in which all is well."""


class Directory:
    """All that the directory has, by subject; each thing that happens is folded into it."""

    def __init__(self, records: Mapping[str, Record] = RECORDS) -> None:
        self.states: dict[str, State] = {}
        for subject, each in records.items():
            self.happened(subject, RecordSaved(each))

    def get(self, subject: str) -> State | None:
        return self.states.get(subject)

    def all(self, prefix: str) -> Iterator[tuple[str, State]]:
        return ((key, self.states[key]) for key in sorted(self.states) if key.startswith(prefix))

    def happened(self, subject: str, *facts: DirectoryEventData) -> State | None:
        """As if an admin had wished it at `AT`, a minute later for each version."""
        for fact in facts:
            version = self._version(subject)
            asked = wish(subject, fact, at=AT + timedelta(minutes=version))
            events: Sequence[Event[DirectoryEventData]] = record(asked, (fact,), version, 0)
            self.states[subject] = evolve(self.get(subject), events[0])
        return self.get(subject)

    def when(self, command: Command[DirectoryCommandData]) -> Sequence[Event[DirectoryEventData]]:
        """The events, folded. Raise `Rejected`."""
        decided = decide(command, self.get(command.subject), self, PLACES)
        events: Sequence[Event[DirectoryEventData]] = record(command, decided, self._version(command.subject), 0)
        for event in events:
            self.states[event.subject] = evolve(self.get(event.subject), event)
        return events

    def facts(self, command: Command[DirectoryCommandData]) -> list[DirectoryEventData]:
        return [event.data for event in self.when(command)]

    def refused(self, command: Command[DirectoryCommandData]) -> Rejected:
        """The refusal; a failure where the command is accepted."""
        try:
            facts = self.facts(command)
        except Rejected as refusal:
            return refusal
        raise AssertionError(f"accepted: {facts}")

    def reactions(self, command: Command[DirectoryCommandData]) -> tuple[Reaction, ...]:
        before = self.get(command.subject)
        events = self.when(command)
        return react(Settled(command, before, events, self.get(command.subject)))

    def records(self) -> dict[str, Record]:
        """What is there and not removed."""
        found = {subject: getattr(state, "record", None) for subject, state in self.states.items()}
        return {subject: each for subject, each in found.items() if each is not None}

    def _version(self, subject: str) -> int:
        state = self.get(subject)
        return 0 if state is None else state.version


def wish(
    subject: str,
    data: object,
    actor: Actor = ROOT,
    *,
    at: datetime = AT,
    expected: Expected = NOTHING_EXPECTED,
) -> Command[DirectoryCommandData]:
    command = UUID(int=0xD1)
    return Command(command, subject, actor, at, command, data, expected=expected)  # type: ignore[arg-type] # an event's data stands for its wish


def key_of(one: Record, record_id: str) -> str:
    return f"{KINDS[type(one)]}/{record_id}"
