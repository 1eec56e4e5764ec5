"""Deciding one record of a commands topic: what it adds to the transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.intake.domain.reaction import Reaction, Settled
from services.intake.domain.record import record
from services.intake.domain.rejected import Rejected
from services.intake.processor.aggregate import AnyAggregate, Kept
from services.intake.processor.memory import Memory, Remembered
from services.intake.processor.staged import Staged, States
from shared.events.catalogue import Undecodable
from shared.events.envelope import ActorKind, Command, Event
from shared.events.outcomes import Accepted, Outcome, Refused, encode_outcome
from shared.events.wire import decode_command
from shared.runtime.partition import partition_of

MAX_REMEMBERED = 4000
MAX_SNAPSHOT_BYTES = 900_000
"""Below the broker's limit for a record, so that none can abort its transaction."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What a command led to. `reply_to` is the partition of the outcomes topic; `answers`: the asker is told."""

    outcome: bytes
    correlation: bytes
    reply_to: int
    events: Sequence[Event[object]] = ()
    reactions: Sequence[Reaction] = field(default=())
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Lot:
    """Where the lane works: a partition of an aggregate's stream. `memory`: how long ids are remembered."""

    aggregate: AnyAggregate
    partition: int
    partitions: int
    outcome_partitions: int
    memory: timedelta


@dataclass(frozen=True, slots=True)
class Received:
    """A record of the commands topic, its headers read, and the time and number that it is decided with."""

    headers: Mapping[str, str]
    key: bytes
    value: bytes
    now: datetime
    number: int


def handle(lot: Lot, received: Received, staged: Staged) -> Handled:
    """Stage what the command changes. Raise `Undecodable` for a poison command; nothing is staged then."""
    command = decode_command(lot.aggregate.commands, received.headers, received.value, received.now)
    reply_to = command.reply_to if command.reply_to is not None else lot.partition % lot.outcome_partitions
    if not 0 <= reply_to < lot.outcome_partitions:
        raise Undecodable(f"there is no partition {reply_to} for the outcome")
    kept = staged.get(command.subject)
    if kept is None:
        check_key(lot, received.key, command.subject)
    result, events, reactions = _decided(lot, command, kept, staged, received.number)
    outcome = encode_outcome(
        Outcome(
            command.id, lot.aggregate.stream, command.subject, lot.partition, command.actor, command.now, result
        )
    )
    correlation = str(command.correlation_id).encode()
    return Handled(outcome, correlation, reply_to, events, reactions, answers=_continuing(reactions) is None)


def check_key(lot: Lot, key: bytes, subject: str) -> None:
    """Raise `Undecodable` where the record lies where its aggregate's other commands do not."""
    if key != subject.encode():
        raise Undecodable("the record's key is not its subject")
    belongs = partition_of(key, lot.partitions)
    if belongs != lot.partition:
        raise Undecodable(
            f"the key belongs to partition {belongs}, not {lot.partition}: produce with murmur2 partitioning"
        )


def _decided(
    lot: Lot, command: Command[object], kept: Kept | None, staged: Staged, number: int
) -> tuple[Accepted | Refused, Sequence[Event[object]], Sequence[Reaction]]:
    aggregate = lot.aggregate
    state = before = None if kept is None else kept.state
    memory = Memory() if kept is None else kept.memory
    known = memory.find(command.id)
    if known is not None:
        return _repeated(aggregate, command, known, state)
    version, conversation_version = (
        (0, 0) if kept is None else (kept.state.version, kept.state.conversation_version)
    )
    try:
        memory = with_room(memory, command, lot.memory)
        decided = aggregate.decide(command, state, number, States(staged))
        events: Sequence[Event[object]] = record(
            command, decided, version, conversation_version, aggregate.conversation
        )
        for event in events:
            state = aggregate.evolve(state, event)
        reactions = aggregate.react(Settled(command, before, events, state))
        accepted = aggregate.accepted(state, events)
        continued_by = _continuing(reactions)
        if continued_by is not None:
            accepted = replace(accepted, continued_by=continued_by)
        after = Kept(state, memory.with_entry(_remembered(command, accepted)))
        staged.put(command.subject, after, _snapshot(aggregate, after))
    except Rejected as refusal:
        seen = refusal.code not in ("not_found", "already_exists") and version > 0
        return (
            Refused(
                refusal.code,
                refusal.detail,
                refusal.allowed,
                version if seen else None,
                conversation_version if seen else None,
            ),
            (),
            aggregate.react(Settled(command, before, (), before)),
        )
    return accepted, events, reactions


def _repeated(
    aggregate: AnyAggregate, command: Command[object], known: Remembered, state: object
) -> tuple[Accepted | Refused, Sequence[Event[object]], Sequence[Reaction]]:
    """The first outcome again, or a refusal where the same id now asks for something else."""
    if command.fingerprint is not None and known.fingerprint not in (None, command.fingerprint):
        reused = "The Idempotency-Key was used for another request; take a new one."
        return Refused("idempotency_key_reused", reused), (), ()
    reactions = aggregate.react_again(command, state)
    accepted = replace(
        aggregate.accepted(state, ()),
        version=known.version,
        conversation_version=known.conversation_version,
        follow_up_id=known.follow_up_id,
        repeated=True,
        continued_by=_continuing(reactions),
    )
    return accepted, (), reactions


def _continuing(reactions: Sequence[Reaction]) -> UUID | None:
    """The command whose outcome is the answer, where it is not this one's."""
    for reaction in reactions:
        if reaction.answers:
            return reaction.command.id
    return None


def _remembered(command: Command[object], accepted: Accepted) -> Remembered:
    return Remembered(
        command.id,
        command.now,
        command.fingerprint,
        accepted.version,
        accepted.conversation_version,
        accepted.follow_up_id,
    )


def _snapshot(aggregate: AnyAggregate, kept: Kept) -> bytes:
    """Raise `Rejected` where it would be too large for a record."""
    snapshot = aggregate.encode(kept)
    if len(snapshot) > MAX_SNAPSHOT_BYTES:
        raise Rejected("too_large", "The record has grown to its limit; go on with a new one.")
    return snapshot


def with_room(memory: Memory, command: Command[object], kept: timedelta) -> Memory:
    """What is remembered still. Raise `Rejected` where nothing more can be.

    What a service asks for, or follows from an event, changes nothing when it comes again, so it takes the place
    of the oldest: refused, a slot would never be free again and a clock never fire.
    """
    memory = memory.after(command.now - kept)
    if memory.at_most() < MAX_REMEMBERED:
        return memory
    if command.cause_id is not None or command.actor.kind is ActorKind.SERVICE:
        return memory.without_oldest()
    raise Rejected(
        "too_many_commands",
        f"Of one record {MAX_REMEMBERED} commands are remembered at a time, its limit; go on with a new one.",
    )
