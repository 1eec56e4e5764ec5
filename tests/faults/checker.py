"""Judges a log: what a client was told must be in it, once and in order, and each projection must be its fold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from services.projections.read_models import command_outcomes, ticket_comments, tickets, users
from services.projections.read_models.command_outcomes import OutcomeRow
from services.projections.read_models.delivered import TicketEvent
from services.projections.read_models.ticket_comments import CommentRow
from services.projections.read_models.ticket_row import TicketRow
from services.projections.read_models.users import UserRow
from shared.events.outcomes import Outcome
from shared.events.personal import IdentityCodec
from shared.events.ticket_events import MessageRedacted
from shared.runtime.partition import partition_of
from tests.faults.history import Asked, Seen

RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT")

Place = tuple[str, int]
"""A ticket's id and a version."""


class Fault(StrEnum):
    LOST = "an acknowledged command has no events"
    OTHER_VERSION = "the version that was answered is not the one in the log"
    DOUBLED = "a command happened more than once"
    NOT_SENT = "a command that was not sent has events"
    REFUSED = "a refused command has events"
    GAP = "a version is missing"
    REPEAT = "a version is there twice"
    REORDER = "what came later stands before what came earlier"
    ABORTED_READ = "a reader has an event of an aborted transaction"
    PROJECTION = "a projection differs from the fold of the log"
    PARTITION = "an event is not on the partition of its ticket"


@dataclass(frozen=True, slots=True)
class Violation:
    fault: Fault
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Logged:
    """An event that a reader of committed records was given, and where it lies."""

    partition: int
    offset: int
    key: str
    event: TicketEvent


@dataclass(frozen=True, slots=True)
class Projections:
    """All rows: of `tickets` by ticket, of `ticket_comments` and `ticket_events` (its event ids) by place.

    Of `users` by id and partition, of `command_outcomes` by command.
    """

    tickets: Mapping[str, TicketRow] = field(default_factory=dict)
    comments: Mapping[Place, CommentRow] = field(default_factory=dict)
    events: Mapping[Place, UUID] = field(default_factory=dict)
    users: Mapping[tuple[str, int], UserRow] = field(default_factory=dict)
    outcomes: Mapping[UUID, OutcomeRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`log` and `outcomes` (for the record, no copies) are in the order of partition and offset.

    `aborted` are ids of events that no committed transaction carried.
    """

    log: Sequence[Logged]
    outcomes: Sequence[Outcome]
    history: Sequence[Asked]
    projections: Projections
    partitions: int
    aborted: frozenset[UUID] = frozenset()


def check(evidence: Evidence) -> list[Violation]:
    """Every violation; a log that is as it should be gives none."""
    by_ticket: dict[str, list[TicketEvent]] = defaultdict(list)
    by_command: dict[UUID, list[TicketEvent]] = defaultdict(list)
    for logged in evidence.log:
        by_ticket[logged.event.subject].append(logged.event)
        by_command[logged.event.command_id].append(logged.event)
    broken = [violation for events in by_ticket.values() for violation in _versions(events)]
    sound = by_ticket.keys() - {violation.subject for violation in broken}
    return [
        *broken,
        *_partitions(evidence),
        *_doubled(by_command),
        *_answers(evidence.history, by_command),
        *_real_time(evidence.history),
        *_aborted(evidence),
        *_people(evidence),
        *_outcomes(evidence),
        *_projected({ticket: by_ticket[ticket] for ticket in sound}, by_ticket.keys() - sound, evidence),
    ]


def _versions(events: Sequence[TicketEvent]) -> Iterator[Violation]:
    """A ticket's versions, in the order of its log, are 1, 2, 3 and so on."""
    found = Counter(event.version for event in events)
    ticket = events[0].subject
    missing = sorted(set(range(1, max(found) + 1)) - found.keys())
    if missing:
        yield Violation(Fault.GAP, ticket, f"{missing}")
    repeated = sorted(version for version, times in found.items() if times > 1)
    if repeated:
        yield Violation(Fault.REPEAT, ticket, f"{repeated}")
    first: list[int] = list(dict.fromkeys(event.version for event in events))
    if first != sorted(first):
        yield Violation(Fault.REORDER, ticket, f"{first}")


def _partitions(evidence: Evidence) -> Iterator[Violation]:
    for logged in evidence.log:
        belongs = partition_of(logged.event.subject.encode(), evidence.partitions)
        if logged.key != logged.event.subject or logged.partition != belongs:
            detail = f"key {logged.key} on {logged.partition} and not {belongs}"
            yield Violation(Fault.PARTITION, logged.event.subject, detail)


def _doubled(by_command: Mapping[UUID, Sequence[TicketEvent]]) -> Iterator[Violation]:
    """One decision gives each event an id of its own and versions that follow each other."""
    for command_id, events in by_command.items():
        versions = [event.version for event in events]
        once = list(range(versions[0], versions[0] + len(versions)))
        if versions != once or len({event.id for event in events}) != len(events):
            yield Violation(Fault.DOUBLED, str(command_id), f"versions {versions}")


def _answers(history: Iterable[Asked], by_command: Mapping[UUID, Sequence[TicketEvent]]) -> Iterator[Violation]:
    for asked in history:
        events = by_command.get(asked.command_id, ())
        subject = str(asked.command_id)
        match asked.seen:
            case Seen.ACCEPTED if not events:
                yield Violation(Fault.LOST, subject, f"of ticket {asked.ticket}")
            case Seen.ACCEPTED if events[-1].version != asked.version or events[-1].subject != asked.ticket:
                detail = f"answered {asked.version}, written {events[-1].version}"
                yield Violation(Fault.OTHER_VERSION, subject, detail)
            case Seen.FAILED if events:
                yield Violation(Fault.NOT_SENT, subject)
            case Seen.REFUSED if events:
                yield Violation(Fault.REFUSED, subject)
            case _:
                pass


def _real_time(history: Iterable[Asked]) -> Iterator[Violation]:
    """A command sent after another was answered has a higher version of the same ticket.

    One that was sent several times may have happened at any time after the first.
    """
    first: dict[UUID, Asked] = {}
    sent_at: dict[UUID, float] = {}
    for asked in sorted(history, key=lambda one: one.sent_at):
        sent_at.setdefault(asked.command_id, asked.sent_at)
        if asked.seen is Seen.ACCEPTED:
            first.setdefault(asked.command_id, replace(asked, sent_at=sent_at[asked.command_id]))
    by_ticket: dict[str, list[Asked]] = defaultdict(list)
    for asked in first.values():
        by_ticket[asked.ticket].append(asked)
    for ticket, asked_of_it in by_ticket.items():
        sent = sorted(asked_of_it, key=lambda one: one.sent_at)
        answered = sorted(sent, key=lambda one: one.answered_at or 0.0)
        seen, highest = 0, 0
        for asked in sent:
            while (answered[seen].answered_at or 0.0) < asked.sent_at:
                highest = max(highest, answered[seen].version or 0)
                seen += 1
            if (asked.version or 0) <= highest:
                yield Violation(Fault.REORDER, ticket, f"{asked.version} was given after {highest}")


def _aborted(evidence: Evidence) -> Iterator[Violation]:
    for logged in evidence.log:
        if logged.event.id in evidence.aborted:
            yield Violation(Fault.ABORTED_READ, str(logged.event.id), "in the log as a reader has it")
    for (ticket, version), event_id in evidence.projections.events.items():
        if event_id in evidence.aborted:
            yield Violation(Fault.ABORTED_READ, str(event_id), f"projected as version {version} of {ticket}")


def _projected(
    by_ticket: Mapping[str, Sequence[TicketEvent]], unsound: Iterable[str], evidence: Evidence
) -> Iterator[Violation]:
    """A ticket whose versions are broken has no fold; it is named for that already."""
    codec = IdentityCodec()
    rows: dict[str, TicketRow] = {}
    comments: dict[Place, CommentRow] = {}
    events: dict[Place, UUID] = {}
    for ticket, written in by_ticket.items():
        row: TicketRow | None = None
        for event in written:
            row = tickets.evolve(row, event, codec)
            events[ticket, event.version] = event.id
            if (comment := ticket_comments.evolve(event, codec)) is not None:
                comments[ticket, event.version] = comment
            if isinstance(event.data, MessageRedacted) and (said := (ticket, event.data.message)) in comments:
                comments[said] = replace(comments[said], body="")
        if row is not None:
            rows[ticket] = row
    shown, passed_over = evidence.projections, frozenset(unsound)
    yield from _differences("tickets", rows, {t: row for t, row in shown.tickets.items() if t not in passed_over})
    yield from _differences("ticket_comments", comments, _of_sound(shown.comments, passed_over))
    yield from _differences("ticket_events", events, _of_sound(shown.events, passed_over))


def _people(evidence: Evidence) -> Iterator[Violation]:
    folded: dict[tuple[str, int], UserRow] = {}
    for logged in evidence.log:
        for row in users.evolve(logged.event, IdentityCodec()):
            place = row.id, partition_of(logged.event.subject.encode(), evidence.partitions)
            folded[place] = users.merged(folded[place], row) if place in folded else row
    yield from _differences("users", folded, evidence.projections.users)


def _outcomes(evidence: Evidence) -> Iterator[Violation]:
    folded: dict[UUID, OutcomeRow] = {}
    for outcome in evidence.outcomes:
        folded[outcome.command_id] = command_outcomes.evolve(folded.get(outcome.command_id), outcome)
    yield from _differences("command_outcomes", folded, evidence.projections.outcomes)


def _of_sound(rows: Mapping[Place, RowT], unsound: frozenset[str]) -> Mapping[Place, RowT]:
    return {place: row for place, row in rows.items() if place[0] not in unsound}


def _differences(
    name: str, folded: Mapping[KeyT, object], projected: Mapping[KeyT, object]
) -> Iterator[Violation]:
    for key in sorted(folded.keys() | projected.keys(), key=str):
        if folded.get(key) != projected.get(key):
            detail = f"{name}: {projected.get(key)} and not {folded.get(key)}"
            yield Violation(Fault.PROJECTION, str(key), detail)
