"""The checker finds each fault that is planted in a log, and none in a sound one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from services.projections.read_models import command_outcomes, ticket_comments, tickets, users
from services.projections.read_models.delivered import TicketEvent
from services.projections.read_models.ticket_row import TicketRow
from services.projections.read_models.users import UserRow
from shared.events.outcomes import Accepted, Outcome
from shared.events.personal import IdentityCodec
from shared.runtime.partition import partition_of
from tests.faults.checker import Evidence, Fault, Logged, Projections, Violation, check
from tests.faults.history import Asked, Seen
from tests.projecting import ANSWERED, ASSIGNED, NOTED, OTHER, THANKED, TICKET, happened, life

PARTITIONS = 4
LIFE = life(ASSIGNED, ANSWERED, NOTED, THANKED)
ELSEWHERE = life(ASSIGNED, ticket=OTHER)
CODEC = IdentityCodec()
RITA = "rita", partition_of(str(TICKET).encode(), PARTITIONS)


def logged(events: Sequence[TicketEvent]) -> list[Logged]:
    """In the order given, each on its ticket's partition."""
    return [
        Logged(partition_of(event.subject.encode(), PARTITIONS), offset, event.subject, event)
        for offset, event in enumerate(events)
    ]


def projected(*lives: Sequence[TicketEvent]) -> Projections:
    def row(events: Sequence[TicketEvent]) -> TicketRow:
        folded = tickets.evolve(None, events[0], CODEC)
        for event in events[1:]:
            folded = tickets.evolve(folded, event, CODEC)
        return folded

    return Projections(
        {events[0].subject: row(events) for events in lives},
        {
            (event.subject, event.version): comment
            for events in lives
            for event in events
            if (comment := ticket_comments.evolve(event, CODEC)) is not None
        },
        {(event.subject, event.version): event.id for events in lives for event in events},
        people(event for events in lives for event in events),
        {(outcome := outcome_of(LIFE[0])).command_id: command_outcomes.evolve(None, outcome)},
    )


def people(events: Iterable[TicketEvent]) -> dict[tuple[str, int], UserRow]:
    rows: dict[tuple[str, int], UserRow] = {}
    for event in events:
        for told in users.evolve(event, CODEC):
            key = told.id, partition_of(event.subject.encode(), PARTITIONS)
            rows[key] = users.merged(rows[key], told) if key in rows else told
    return rows


def outcome_of(event: TicketEvent) -> Outcome:
    partition = partition_of(event.subject.encode(), PARTITIONS)
    result = Accepted(event.version, event.conversation_version)
    return Outcome(event.command_id, "ticket", event.subject, partition, event.actor, event.recorded_at, result)


def answered(event: TicketEvent) -> Asked:
    """Sent at twice its version and answered one second later."""
    sent_at = 2.0 * event.version
    return Asked(event.command_id, event.subject, sent_at, Seen.ACCEPTED, event.version, sent_at + 1)


SOUND = Evidence(
    logged([*LIFE, *ELSEWHERE]),
    [outcome_of(LIFE[0])],
    [answered(event) for event in (*LIFE, *ELSEWHERE)],
    projected(LIFE, ELSEWHERE),
    PARTITIONS,
    frozenset({UUID(int=1)}),
)


def test_a_sound_log_has_no_violation() -> None:
    assert check(SOUND) == []


def test_what_is_unknown_may_have_happened_once_or_not() -> None:
    one, *others = SOUND.history
    never = Asked(UUID(int=2), str(TICKET), 1.0, Seen.UNKNOWN)
    assert check(replace(SOUND, history=[replace(one, seen=Seen.UNKNOWN), never, *others])) == []


def test_a_repeat_is_answered_with_the_first_version_at_any_time() -> None:
    again = replace(answered(LIFE[0]), sent_at=100.0, answered_at=101.0)
    assert check(replace(SOUND, history=[*SOUND.history, again])) == []


def test_what_is_sent_again_is_answered_with_the_version_that_it_had_before() -> None:
    """By then others have higher versions, and have been answered."""
    first, second, *others = SOUND.history
    unknown = replace(second, seen=Seen.UNKNOWN, version=None, answered_at=None)
    again = replace(second, sent_at=100.0, answered_at=101.0)
    assert check(replace(SOUND, history=[first, unknown, *others, again])) == []


@dataclass(frozen=True)
class Planted:
    """What `plant` makes of a sound log, and all that must be found in it."""

    plant: Callable[[Evidence], Evidence]
    found: tuple[tuple[Fault, str], ...]


def _without_last(evidence: Evidence) -> Evidence:
    return replace(evidence, log=logged([*LIFE[:-1], *ELSEWHERE]), projections=projected(LIFE[:-1], ELSEWHERE))


def _seen(version: int, seen: Seen, answer: int | None = None) -> Callable[[Evidence], Evidence]:
    """The answer to the command of that version is another one."""

    def planted(evidence: Evidence) -> Evidence:
        history = list(evidence.history)
        history[version - 1] = replace(history[version - 1], seen=seen, version=answer)
        return replace(evidence, history=history)

    return planted


def _done_twice(evidence: Evidence) -> Evidence:
    """The last command of the ticket, whose fate its sender does not know, is decided a second time."""
    again = replace(LIFE[-1], version=6, conversation_version=6)
    history = [replace(one, seen=Seen.UNKNOWN) if one.version == 5 else one for one in evidence.history]
    return replace(
        evidence,
        log=logged([*LIFE, again, *ELSEWHERE]),
        history=history,
        projections=projected([*LIFE, again], ELSEWHERE),
    )


def _log_of_ticket(*versions: int) -> Callable[[Evidence], Evidence]:
    return lambda evidence: replace(evidence, log=logged([*(LIFE[v - 1] for v in versions), *ELSEWHERE]))


def _another_of_version_3(evidence: Evidence) -> Evidence:
    other = replace(happened(NOTED, 3), id=UUID(int=3), command_id=UUID(int=4))
    return replace(evidence, log=logged([*LIFE[:3], other, *LIFE[3:], *ELSEWHERE]))


def _answered_before_its_sending(evidence: Evidence) -> Evidence:
    """Version 2 was given to a command that was sent after version 5 had been answered."""
    history = list(evidence.history)
    history[1] = replace(history[1], sent_at=50.0, answered_at=51.0)
    return replace(evidence, history=history)


def _aborted(evidence: Evidence) -> Evidence:
    return replace(evidence, aborted=frozenset({LIFE[-1].id}))


def _aborted_only_projected(evidence: Evidence) -> Evidence:
    events = {**evidence.projections.events, (str(TICKET), 6): UUID(int=1)}
    return replace(evidence, projections=replace(evidence.projections, events=events))


def _row_differs(evidence: Evidence) -> Evidence:
    row = evidence.projections.tickets[str(TICKET)]._replace(assignee_id="ben")
    rows = {**evidence.projections.tickets, str(TICKET): row}
    return replace(evidence, projections=replace(evidence.projections, tickets=rows))


def _row_missing(evidence: Evidence) -> Evidence:
    rows = {str(TICKET): evidence.projections.tickets[str(TICKET)]}
    return replace(evidence, projections=replace(evidence.projections, tickets=rows))


def _comment_missing(evidence: Evidence) -> Evidence:
    comments = {place: row for place, row in evidence.projections.comments.items() if place[1] != 3}
    return replace(evidence, projections=replace(evidence.projections, comments=comments))


def _event_row_missing(evidence: Evidence) -> Evidence:
    events = {place: row for place, row in evidence.projections.events.items() if place[1] != 4}
    return replace(evidence, projections=replace(evidence.projections, events=events))


def _person_differs(evidence: Evidence) -> Evidence:
    """It is another person's."""
    shown = evidence.projections.users
    other = {**shown, RITA: shown["ada", RITA[1]]}
    return replace(evidence, projections=replace(evidence.projections, users=other))


def _outcome_missing(evidence: Evidence) -> Evidence:
    return replace(evidence, projections=replace(evidence.projections, outcomes={}))


def _elsewhere(evidence: Evidence) -> Evidence:
    first, *others = evidence.log
    return replace(evidence, log=[replace(first, partition=(first.partition + 1) % PARTITIONS), *others])


def _other_key(evidence: Evidence) -> Evidence:
    first, *others = evidence.log
    return replace(evidence, log=[replace(first, key=str(OTHER)), *others])


LAST = str(LIFE[-1].command_id)
PLANTED = {
    "an acknowledged command without its events": Planted(_without_last, ((Fault.LOST, LAST),)),
    "another version than was answered": Planted(_seen(5, Seen.ACCEPTED, 7), ((Fault.OTHER_VERSION, LAST),)),
    "an unknown command twice": Planted(_done_twice, ((Fault.DOUBLED, LAST),)),
    "a command that was not sent": Planted(_seen(5, Seen.FAILED), ((Fault.NOT_SENT, LAST),)),
    "a refused command": Planted(_seen(5, Seen.REFUSED), ((Fault.REFUSED, LAST),)),
    "a version gap": Planted(
        _log_of_ticket(1, 2, 4, 5), ((Fault.GAP, str(TICKET)), (Fault.LOST, str(LIFE[2].command_id)))
    ),
    "a version repeated by another event": Planted(_another_of_version_3, ((Fault.REPEAT, str(TICKET)),)),
    "an event written twice": Planted(
        _log_of_ticket(1, 2, 3, 4, 5, 5), ((Fault.REPEAT, str(TICKET)), (Fault.DOUBLED, LAST))
    ),
    "a reordered log": Planted(_log_of_ticket(1, 2, 4, 3, 5), ((Fault.REORDER, str(TICKET)),)),
    "an answer that comes before its question": Planted(
        _answered_before_its_sending, ((Fault.REORDER, str(TICKET)),)
    ),
    "an aborted event read from the log": Planted(
        _aborted, ((Fault.ABORTED_READ, str(LIFE[-1].id)), (Fault.ABORTED_READ, str(LIFE[-1].id)))
    ),
    "an aborted event in a projection": Planted(
        _aborted_only_projected,
        ((Fault.ABORTED_READ, str(UUID(int=1))), (Fault.PROJECTION, str((str(TICKET), 6)))),
    ),
    "a row that differs": Planted(_row_differs, ((Fault.PROJECTION, str(TICKET)),)),
    "a row that is missing": Planted(_row_missing, ((Fault.PROJECTION, str(OTHER)),)),
    "a comment that is missing": Planted(_comment_missing, ((Fault.PROJECTION, str((str(TICKET), 3))),)),
    "an event's row that is missing": Planted(_event_row_missing, ((Fault.PROJECTION, str((str(TICKET), 4))),)),
    "a person's row that differs": Planted(_person_differs, ((Fault.PROJECTION, str(RITA)),)),
    "an outcome's row that is missing": Planted(_outcome_missing, ((Fault.PROJECTION, str(LIFE[0].command_id)),)),
    "an event on another partition": Planted(_elsewhere, ((Fault.PARTITION, str(TICKET)),)),
    "an event under another key": Planted(_other_key, ((Fault.PARTITION, str(TICKET)),)),
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_fault_is_found_and_named(planted: Planted) -> None:
    found = check(planted.plant(SOUND))
    assert tuple((violation.fault, violation.subject) for violation in found) == planted.found


def test_every_fault_is_planted_once_at_least() -> None:
    assert {fault for planted in PLANTED.values() for fault, _ in planted.found} == set(Fault)


def test_a_violation_says_what_is_wrong() -> None:
    assert check(_log_of_ticket(1, 2, 3, 5)(SOUND))[0] == Violation(Fault.GAP, str(TICKET), "[4]")
